/**
 * Reads what a TUF repository publishes from a mirror of it, through the guard of configured hosts:
 * within caps, without redirects, and to the addresses that were checked. Nothing is believed here:
 * the bytes are handed on, and are verified from the trusted root down.
 */
import { AssayError } from '../domain/error.ts';
import {
  readTufDocument,
  TUF_BYTES,
  type TufDocument,
  type TufRole,
} from '../signing/tuf-metadata.ts';
import { MAX_TUF_ROOTS, type TufEvidence } from '../signing/verify-tuf.ts';
import { refuseUrl } from './destination-guard.ts';
import { type GuardedFetch, openGuardedFetch } from './guarded-fetch.ts';

/** Which mirror, and how it is reached. */
export interface TufMirrorPlace {
  readonly url: URL;
  /** Authority to believe besides the well-known ones (PEM). */
  readonly ca?: string;
}

/** What is read of a mirror. */
export interface TufMirrorQuery {
  /** The version of the root that is trusted: the ones after it are read. */
  readonly rootVersion: number;
  /** A file's name among the targets. */
  readonly name: string;
}

/** Most bytes of a published file. */
const MAX_FILE = 1024 * 1024;
const TIMEOUT_MS = 15_000;
const NO_SUCH = new Set([403, 404]);

/** Reads `https://HOST/PATH`, http within our own network only; repeats nothing that is secret. */
export function parseTufMirror(text: string): URL {
  const url = URL.parse(text.endsWith('/') ? text : `${text}/`);
  if (url === null || url.search !== '' || url.hash !== '') {
    const message = 'the mirror is no URL, or has a query; give https://HOST/PATH';
    throw new AssayError('invalid-argument', message);
  }
  refuseUrl(url);
  return url;
}

/** Reads all that a verification needs; throws what the guard throws, and refusals of bad bytes. */
export async function readTufMirror(
  { url, ca }: TufMirrorPlace,
  query: TufMirrorQuery,
): Promise<TufEvidence> {
  // The host was named for this one call; link-local and metadata addresses stay closed.
  const allowed = [url.hostname];
  const rule = { allowed, flag: '--mirror', ...(ca === undefined ? {} : { ca }) };
  const fetching = openGuardedFetch(rule);
  try {
    return await readEvidence(readerOf(fetching, url), query);
  } finally {
    await fetching.close();
  }
}

/** Absent: there is nothing of the name. */
type Read = (path: string, cap: number) => Promise<Uint8Array | undefined>;

function readerOf(fetching: GuardedFetch, base: URL): Read {
  return async (path, cap) => {
    const request = { url: new URL(path, base), method: 'GET', timeoutMs: TIMEOUT_MS } as const;
    const answer = await fetching.send({ ...request, headers: { accept: '*/*' } });
    if (answer.status === 200) return answer.read(cap);
    await answer.discard();
    if (NO_SUCH.has(answer.status)) return undefined;
    const found = `${base.host} answered ${answer.status} for ${path}`;
    throw new AssayError('unavailable', `${found}, not 200; check the URL, or try again later`);
  };
}

async function readEvidence(
  read: Read,
  { rootVersion, name }: TufMirrorQuery,
): Promise<TufEvidence> {
  const roots = await readRoots(read, rootVersion);
  const timestamp = await required(read, 'timestamp.json', TUF_BYTES.timestamp);
  const { snapshotMeta } = readTufDocument('timestamp', timestamp).signed;
  const below = (role: TufRole, version: number): Promise<Uint8Array> =>
    required(read, `${version}.${role}.json`, TUF_BYTES[role]);
  const snapshot = await below('snapshot', snapshotMeta.version);
  const listed = readTufDocument('snapshot', snapshot).signed.meta['targets.json'];
  const targets = await below('targets', listed?.version ?? 1);
  const file = await required(read, pathOf(readTufDocument('targets', targets), name), MAX_FILE);
  return { roots, timestamp, snapshot, targets, file };
}

/** The roots after the trusted one, until the mirror has no more. */
async function readRoots(read: Read, trusted: number): Promise<readonly Uint8Array[]> {
  const roots: Uint8Array[] = [];
  while (roots.length <= MAX_TUF_ROOTS) {
    const root = await read(`${trusted + roots.length + 1}.root.json`, TUF_BYTES.root);
    if (root === undefined) break;
    roots.push(root);
  }
  return roots;
}

/** Published files lie under their hash, so that each state of one stays (consistent snapshots). */
function pathOf({ signed }: TufDocument<'targets'>, name: string): string {
  const { sha256, sha512 } = signed.targets[name]?.hashes ?? {};
  const hash = sha256 ?? sha512 ?? 'none';
  return `targets/${encodeURIComponent(hash)}.${encodeURIComponent(name)}`;
}

async function required(read: Read, path: string, cap: number): Promise<Uint8Array> {
  const bytes = await read(path, cap);
  if (bytes !== undefined) return bytes;
  throw new AssayError(
    'not-found',
    `the mirror has no ${path}; is its URL that of a TUF repository?`,
  );
}
