/**
 * What the references of a CycloneDX document lead to: its own components by their `bom-ref`, or,
 * through a BOM-Link, those of a BOM that is not at hand, of which a purl is all that is known.
 */
import { type Digest, isDigest } from '../../domain/digest.ts';
import { isPackageUrl, parsePackageUrl } from '../parse-package-url.ts';
import { fieldError, member, readList, readText } from './osv-field.ts';
import type { Field } from './osv-field.ts';
import { identifyProduct, namesImage, withinProduct, type ProductReading } from './vex-product.ts';
import { readOptionalText, VEX_LIMITS } from './vex-reading.ts';

/** The components of a document. */
export interface VexBom {
  /** `urn:uuid:…` in lower case. */
  readonly serial: string;
  /** What the document is about, where it says so. */
  readonly root?: ProductReading;
  readonly rootRef?: string;
  readonly components: ReadonlyMap<string, ProductReading>;
}

const SERIAL = /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const BOM_LINK = /^urn:cdx:([0-9a-f-]{36})\/\d+(?:#(.+))?$/is;
const MAX_DEPTH = 32;

/** Reads the components of a document; refuses two of one `bom-ref`. */
export function readBom(root: Field): VexBom {
  const serialNumber = member(root, 'serialNumber');
  const serial = readText(serialNumber, VEX_LIMITS.id).toLowerCase();
  if (!SERIAL.test(serial)) throw fieldError(serialNumber, 'a urn:uuid:…');
  const components = new Map<string, ProductReading>();
  const top = member(member(root, 'metadata'), 'component');
  if (top.value !== undefined) addComponent(components, top, MAX_DEPTH);
  addAll(components, member(root, 'components'), MAX_DEPTH);
  if (top.value === undefined) return { serial, components };
  const rootRef = readOptionalText(member(top, 'bom-ref'), 2048);
  return {
    serial,
    root: readIdentity(top),
    ...(rootRef === undefined ? {} : { rootRef }),
    components,
  };
}

/** What a reference leads to: a part of what the document is about, where it says what that is. */
export function resolveReference(bom: VexBom, ref: string): ProductReading {
  const [, serial, fragment = ''] = BOM_LINK.exec(ref) ?? [];
  if (serial === undefined) return locate(bom, ref);
  if (`urn:uuid:${serial.toLowerCase()}` === bom.serial)
    return locate(bom, decodeFragment(fragment));
  return partOf(bom, externalPart(decodeFragment(fragment)));
}

function locate(bom: VexBom, ref: string): ProductReading {
  if (ref === bom.rootRef && bom.root !== undefined) return bom.root;
  return partOf(bom, bom.components.get(ref) ?? externalPart(ref));
}

function partOf({ root }: VexBom, part: ProductReading): ProductReading {
  if (root === undefined) return part;
  const alone = typeof part !== 'string' && part.component === undefined;
  // An image is known by its digest, whatever it is a part of.
  return alone ? part : withinProduct(root, part);
}

function externalPart(ref: string): ProductReading {
  if (isPackageUrl(ref)) return identifyProduct({ purl: parsePackageUrl(ref) });
  return 'is a reference to a component that the document does not have';
}

function decodeFragment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function addAll(found: Map<string, ProductReading>, list: Field, depth: number): void {
  for (const one of readList(list, VEX_LIMITS.products)) addComponent(found, one, depth);
}

function addComponent(found: Map<string, ProductReading>, field: Field, depth: number): void {
  if (depth === 0) throw fieldError(field, `components nested less than ${MAX_DEPTH} deep`);
  const ref = readOptionalText(member(field, 'bom-ref'), 2048);
  if (ref !== undefined) {
    if (found.has(ref)) throw fieldError(member(field, 'bom-ref'), 'a bom-ref of its own');
    found.set(ref, readIdentity(field));
  }
  addAll(found, member(field, 'components'), depth - 1);
}

function readIdentity(field: Field): ProductReading {
  const text = readOptionalText(member(field, 'purl'), 2048);
  const purl = text === undefined ? undefined : parsePackageUrl(text);
  if (purl !== undefined && !namesImage(purl)) return identifyProduct({ purl });
  const digest = imageDigest(field);
  return identifyProduct({
    ...(purl === undefined ? {} : { purl }),
    ...(digest === undefined ? {} : { digest }),
  });
}

/** A container's digest stands in its version, or in its hashes. */
function imageDigest(field: Field): Digest | undefined {
  if (member(field, 'type').value !== 'container') return undefined;
  const version = member(field, 'version').value;
  if (typeof version === 'string' && isDigest(version)) return version;
  const hashes = readList(member(field, 'hashes'), VEX_LIMITS.aliases);
  const hash = hashes.find((one) => member(one, 'alg').value === 'SHA-256');
  const content = hash && member(hash, 'content').value;
  const digest = typeof content === 'string' ? `sha256:${content.toLowerCase()}` : '';
  return isDigest(digest) ? digest : undefined;
}
