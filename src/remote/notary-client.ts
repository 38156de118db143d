/**
 * Reads a repository's metadata from a Notary v1 server, by the protocol of registries: token,
 * caps, guard and retries are those of images. What is below the timestamp is asked for by its
 * hash, so that a server that publishes meanwhile sends one state. Nothing is believed here: the
 * bytes are handed on, and are verified from the pinned root down.
 */
import { AssayError, isAssayError } from '../domain/error.ts';
import { isLoopbackHost } from '../domain/loopback.ts';
import {
  type BaseRole,
  delegationNames,
  type FileMeta,
  NOTARY_BYTES,
  readMeta,
  readNotaryDocument,
} from '../signing/notary-metadata.ts';
import { MAX_ROOTS } from '../signing/notary-root.ts';
import type { NotaryEvidence } from '../signing/verify-notary.ts';
import type { RegistryAccess } from './registry-access.ts';
import { openRegistryExchange, type RegistryExchange } from './registry-exchange.ts';
import { readAnswer } from './registry-http.ts';
import { withLimits } from './remote-limits.ts';

/** What is read of a repository. */
export interface NotaryQuery {
  /** The repository's name with its registry. */
  readonly gun: string;
  /** The version of the root that is trusted: the ones after it are read. */
  readonly rootVersion: number;
  /** Roles to read, where the repository has them. */
  readonly delegations: readonly string[];
}

/** Reads metadata of one server. */
export interface NotaryClient {
  /** The newest root; throws `not-found` where the server has no such repository. */
  root(gun: string): Promise<Uint8Array>;
  /** All that a verification needs; throws what registries throw, and refusals of broken bytes. */
  evidence(query: NotaryQuery): Promise<NotaryEvidence>;
  close(): Promise<void>;
}

/** Reads `https://HOST[:PORT]`; http for this machine, or where plain HTTP was asked for. */
export function parseNotaryServer(text: string, plainHttp: boolean): URL {
  const url = URL.parse(text);
  const problem = url === null ? 'is no URL' : problemOf(url, plainHttp);
  if (url !== null && problem === undefined) return url;
  throw new AssayError(
    'invalid-argument',
    `the address of the notary server ${problem}; give https://HOST or https://HOST:PORT`,
  );
}

/** Opens a client; nothing is connected before the first request. */
export function openNotaryClient(server: URL, access: RegistryAccess): NotaryClient {
  const { mirrors: _mirrors, ...rest } = access;
  const places = { ...rest, plainHttp: server.protocol === 'http:' };
  const exchange = openRegistryExchange(places, withLimits(access.limits));
  const read = readerOf(exchange, server, withLimits(access.limits).documentMs);
  return {
    root: (gun) => read({ gun, name: 'root', cap: NOTARY_BYTES.root }),
    evidence: (query) => readEvidence(read, query),
    close: () => exchange.close(),
  };
}

interface Wanted {
  readonly gun: string;
  /** The document's name without `.json`. */
  readonly name: string;
  readonly cap: number;
}

type Read = (wanted: Wanted) => Promise<Uint8Array>;

function readerOf(exchange: RegistryExchange, server: URL, timeoutMs: number): Read {
  return async ({ gun, name, cap }) => {
    const answer = await exchange.get({
      repository: { domain: server.host, path: gun },
      resource: `_trust/tuf/${name}.json`,
      accept: 'application/json',
      timeoutMs,
    });
    return readAnswer(answer, cap);
  };
}

async function readEvidence(read: Read, query: NotaryQuery): Promise<NotaryEvidence> {
  const { gun } = query;
  const [roots, timestamp] = await Promise.all([
    readRoots(read, query),
    read({ gun, name: 'timestamp', cap: NOTARY_BYTES.timestamp }),
  ]);
  const stamp = readNotaryDocument(timestamp, 'timestamp');
  const below = (role: BaseRole, name: string, meta: FileMeta | undefined): Promise<Uint8Array> =>
    read({ gun, name: hashed(name, meta), cap: capOf(role, meta) });
  const snapshot = await below('snapshot', 'snapshot', readMeta(stamp, 'snapshot'));
  const listed = readNotaryDocument(snapshot, 'snapshot');
  const targets = await below('targets', 'targets', readMeta(listed, 'targets'));
  const known = delegationNames(readNotaryDocument(targets, 'targets'));
  const names = query.delegations.filter((name) => known.includes(name));
  const published = names.filter((name) => readMeta(listed, name) !== undefined);
  const delegations = await Promise.all(
    published.map(
      async (name) => [name, await below('targets', name, readMeta(listed, name))] as const,
    ),
  );
  return { roots, timestamp, snapshot, targets, delegations: new Map(delegations) };
}

/** The roots after the trusted one, until the server has no more. */
async function readRoots(read: Read, { gun, rootVersion }: NotaryQuery): Promise<Uint8Array[]> {
  const roots: Uint8Array[] = [];
  while (roots.length <= MAX_ROOTS) {
    const name = `${rootVersion + roots.length + 1}.root`;
    try {
      roots.push(await read({ gun, name, cap: NOTARY_BYTES.root }));
    } catch (error) {
      if (isAssayError(error, 'not-found')) break;
      throw error;
    }
  }
  return roots;
}

/** A document's name with its hash, by which a server keeps every state of it. */
function hashed(name: string, meta: FileMeta | undefined): string {
  return meta === undefined ? name : `${name}.${meta.sha256}`;
}

/** No more than was announced is read, and never more than the cap. */
function capOf(role: BaseRole, meta: FileMeta | undefined): number {
  return Math.min(NOTARY_BYTES[role], meta?.length ?? NOTARY_BYTES[role]);
}

function problemOf(url: URL, plainHttp: boolean): string | undefined {
  if (url.username !== '' || url.password !== '') return 'carries a user name or password';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return 'has a path';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'is neither https nor http';
  return plainHttp || isLoopbackHost(url.hostname) ? undefined : 'is not encrypted';
}
