/**
 * Fetching a trust root of sigstore from a TUF mirror into a folder. It is verified from a root
 * that the caller names, or from the bundled one of the public instance; what was seen before is
 * kept in the folder, so that a mirror that plays back an old state, or stands still, is refused.
 */
import { createHash } from 'node:crypto';
import { decodeBase64, encodeBase64 } from '../domain/base64.ts';
import { AssayError } from '../domain/error.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { readTextFile } from '../remote/read-text-file.ts';
import {
  readTrustRootState,
  type TrustRootState,
  trustRootFile,
  writeTrustRoot,
} from '../remote/trust-root-folder.ts';
import { parseTufMirror, readTufMirror } from '../remote/tuf-mirror.ts';
import { PUBLIC_GOOD_MIRROR, PUBLIC_GOOD_TUF_ROOT } from '../signing/public-good-root.ts';
import { parseSigstoreRoot } from '../signing/sigstore-root.ts';
import { readTufRoot, type VerifiedFile, verifyTufFile } from '../signing/verify-tuf.ts';

/** From where, by what, and into which folder. */
export interface FetchTrustRootInput {
  /** URL of a TUF repository; absent: that of the public instance. */
  readonly mirror?: string;
  /** The bytes of its `root.json`; absent: the bundled one, for the public instance alone. */
  readonly root?: Uint8Array;
  /** PEM file of an authority that is believed for the mirror besides the well-known ones. */
  readonly caFile?: string;
  readonly folder: string;
}

/** A trust root that was fetched. */
export interface FetchedTrustRoot {
  readonly file: string;
  readonly mirror: string;
  readonly versions: VerifiedFile['versions'];
  /** When the mirror itself says that it must be asked again. */
  readonly fresh: string;
  /** How many of each it lists. */
  readonly lists: string;
}

const NAME = 'trusted_root.json';
const MAX_CA_BYTES = 1024 * 1024;

/** Fetches, verifies and keeps a trust root; nothing is changed where anything of it is refused. */
export async function fetchTrustRoot(
  input: FetchTrustRootInput,
  now: Micros,
): Promise<FetchedTrustRoot> {
  const { folder, caFile } = input;
  const url = parseTufMirror(input.mirror ?? PUBLIC_GOOD_MIRROR);
  const anchor = anchorOf(url, input.root);
  const seen = await readTrustRootState(folder);
  if (seen !== undefined) requireSame(seen, url, digestOf(anchor));
  const root = seen === undefined ? anchor : decodeBase64(seen.root);
  const ca = caFile === undefined ? {} : { ca: await readTextFile(caFile, MAX_CA_BYTES) };
  const rootVersion = readTufRoot(root).signed.version;
  const evidence = await readTufMirror({ url, ...ca }, { rootVersion, name: NAME });
  const found = verifyTufFile(evidence, { root, name: NAME, now, floors: seen?.versions ?? {} });
  const { lists } = parseSigstoreRoot(found.bytes);
  await writeTrustRoot(folder, found.bytes, {
    mirror: url.href,
    anchor: digestOf(anchor),
    root: encodeBase64(found.root),
    versions: found.versions,
  });
  const { versions } = found;
  const fresh = formatTime(found.fresh);
  return { file: trustRootFile(folder), mirror: url.href, versions, fresh, lists };
}

function anchorOf({ href }: URL, root: Uint8Array | undefined): Uint8Array {
  if (root !== undefined) return root;
  if (href === parseTufMirror(PUBLIC_GOOD_MIRROR).href) return decodeBase64(PUBLIC_GOOD_TUF_ROOT);
  const wanted = 'give --tuf-root FILE, the root.json that its operator gave you';
  throw new AssayError('invalid-argument', `nothing is trusted of this mirror yet; ${wanted}`);
}

/** A folder is of one mirror and one beginning: the versions of another would count for nothing. */
function requireSame({ mirror, anchor }: TrustRootState, { href }: URL, wanted: string): void {
  if (mirror === href && anchor === wanted) return;
  const found = mirror === href ? 'begun with another root.json' : `of the mirror ${mirror}`;
  throw new AssayError('failed-precondition', `the folder is ${found}; give another folder`);
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
