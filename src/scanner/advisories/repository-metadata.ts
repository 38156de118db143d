/**
 * The root of a repository of rpm packages, `repodata/repomd.xml`
 * (https://github.com/rpm-software-management/createrepo_c): where its errata are, and their hash.
 */
import { AssayError } from '../../domain/error.ts';
import { childOf, childText, readXml, type XmlElement } from '../extract/xml-tree.ts';

/** Where the errata of a repository are. */
export interface ErrataPlace {
  /** Below the repository, e.g. `repodata/updateinfo.xml.gz`. */
  readonly path: readonly string[];
  /** In hex, of the file as it is sent. */
  readonly sha256: string;
}

const PART = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/** Reads it. Refuses one without errata, with another hash, or with a path that leads elsewhere. */
export function readErrataPlace(bytes: Uint8Array): ErrataPlace {
  const root = readXml(bytes);
  if ('reason' in root) throw wrong(root.reason);
  const data = root.children.find(isErrata);
  if (data === undefined) throw wrong('it names no updateinfo');
  const path = (childOf(data, 'location')?.attributes.get('href') ?? '').split('/');
  if (!path.every((part) => PART.test(part))) throw wrong('its path of updateinfo leads elsewhere');
  const checksum = childOf(data, 'checksum');
  const sha256 = (childText(data, 'checksum') ?? '').toLowerCase();
  if (checksum?.attributes.get('type') === 'sha256' && /^[0-9a-f]{64}$/.test(sha256)) {
    return { path, sha256 };
  }
  throw wrong('its updateinfo has no sha256');
}

function isErrata({ name, attributes }: XmlElement): boolean {
  return name === 'data' && attributes.get('type') === 'updateinfo';
}

function wrong(why: string): AssayError {
  return new AssayError('invalid-advisory', `repodata/repomd.xml is not to be used: ${why}`);
}
