/**
 * Where an issuer's public keys come from: a file, an address, or the issuer's own discovery
 * document (OpenID Connect Discovery 1.0, section 4). They are kept for a while, fetched anew for a
 * key id that is not among them, but only so often; where they cannot be had, nobody is believed.
 */
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import { isLoopbackHost } from '../domain/loopback.ts';
import type { Micros } from '../domain/time.ts';
import { SECOND } from '../domain/time.ts';
import { type KeySet, hasKey, parseKeySet } from '../signing/verify-jwt.ts';
import { type GuardedFetch, openGuardedFetch } from './guarded-fetch.ts';
import { readTextFile } from './read-text-file.ts';

/** The flag that lets issuers be in the server's own network. */
export const ISSUER_HOST_FLAG = '--allow-issuer-host';

/** Where keys come from; neither file nor URL: by discovery from the issuer. */
export interface KeyPlace {
  readonly issuer: string;
  readonly file?: string;
  readonly url?: string;
  /** Authority to believe besides the well-known ones (PEM file). */
  readonly caFile?: string;
  /** Hosts and ranges in the server's own network that may be called. */
  readonly allowedHosts: readonly string[];
}

/** Gives the keys of an issuer. */
export interface KeySource {
  /**
   * The keys, fetched anew where none has that id; throws `unavailable` where they cannot be had.
   */
  readonly keysFor: (keyId: string | undefined) => Promise<KeySet>;
  readonly close: () => Promise<void>;
}

const MAX_BYTES = 256 * 1024;
const MAX_CA_BYTES = 1024 * 1024;
const TIMEOUT_MS = 5000;
/** Keys are used for so long without asking again: a key that was withdrawn dies with them. */
const FRESH = 600 * SECOND;
/** An unknown key id, or an issuer that fails, makes us ask again no sooner than this. */
const PAUSE = 10 * SECOND;

/** What is known of an issuer's keys, and when it was asked last. */
interface Known {
  readonly keys?: KeySet;
  readonly loadedAt: Micros;
  readonly triedAt: Micros;
  readonly problem?: AssayError;
}

const NEVER: Known = { loadedAt: -Infinity, triedAt: -Infinity };

/** Opens the keys of an issuer; nothing is read before the first token comes. */
export function openKeySource(place: KeyPlace, now: () => Micros): KeySource {
  const reader = openReader(place);
  let loading: Promise<void> | undefined;
  let known = NEVER;
  const usable = (): KeySet | undefined =>
    now() - known.loadedAt < FRESH ? known.keys : undefined;
  const load = async (): Promise<void> => {
    const time = now();
    try {
      const keys = parseKeySet(await reader.read(), sourceOf(place));
      known = { keys, loadedAt: time, triedAt: time };
    } catch (cause) {
      // Keys that are still fresh serve on: a stranger's key id must not close the door for all.
      known = { ...known, triedAt: time, problem: unreachable(place, cause) };
    }
  };
  return {
    keysFor: async (keyId) => {
      const fresh = usable();
      if (fresh !== undefined && hasKey(fresh, keyId)) return fresh;
      if (now() - known.triedAt >= PAUSE) {
        loading ??= load().finally(() => (loading = undefined));
      }
      await loading;
      const keys = usable();
      if (keys !== undefined) return keys;
      throw known.problem ?? unreachable(place, new Error('they are too old'));
    },
    close: reader.close,
  };
}

function sourceOf({ file, url, issuer }: KeyPlace): string {
  return file ?? url ?? issuer;
}

function unreachable({ issuer }: KeyPlace, cause: unknown): AssayError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `the keys of issuer ${issuer} cannot be had (${why}); try again`;
  return new AssayError('unavailable', message, { cause });
}

interface KeyReader {
  readonly read: () => Promise<string>;
  readonly close: () => Promise<void>;
}

function openReader(place: KeyPlace): KeyReader {
  const { file } = place;
  if (file !== undefined) {
    return { read: () => readTextFile(file, MAX_BYTES), close: async () => undefined };
  }
  let opened: Promise<GuardedFetch> | undefined;
  return {
    read: async () => {
      opened ??= openFetch(place).catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      const fetching = await opened;
      return getText(
        fetching,
        place.url === undefined ? await discover(fetching, place) : place.url,
      );
    },
    close: async () => (await opened)?.close(),
  };
}

/** A configured address on this machine may be called; another one there only by the flag. */
async function openFetch({ issuer, url, caFile, allowedHosts }: KeyPlace): Promise<GuardedFetch> {
  const { host, hostname } = parseAddress(url ?? issuer);
  const own = isLoopbackHost(hostname) ? [host] : [];
  const ca = caFile === undefined ? undefined : await readTextFile(caFile, MAX_CA_BYTES);
  return openGuardedFetch({
    allowed: [...allowedHosts, ...own],
    flag: ISSUER_HOST_FLAG,
    ...(ca === undefined ? {} : { ca }),
  });
}

async function discover(fetching: GuardedFetch, { issuer }: KeyPlace): Promise<string> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const document: unknown = JSON.parse(await getText(fetching, address));
  const { issuer: named, jwks_uri: keys } = isJsonObject(document) ? document : {};
  if (named === issuer && typeof keys === 'string') return keys;
  const found = JSON.stringify(named)?.slice(0, 200);
  throw new AssayError('invalid-argument', `its discovery names issuer ${found}, or no jwks_uri`);
}

async function getText(fetching: GuardedFetch, address: string): Promise<string> {
  const url = parseAddress(address);
  const headers = { accept: 'application/json' };
  const request = { url, method: 'GET', headers, timeoutMs: TIMEOUT_MS } as const;
  const answer = await fetching.send(request);
  if (answer.status === 200) {
    return new TextDecoder('utf-8', { fatal: true }).decode(await answer.read(MAX_BYTES));
  }
  await answer.discard();
  throw new AssayError('unavailable', `${url.host} answered ${answer.status}, not 200`);
}

/** Keys in the clear are anybody's keys: https, except on this machine. */
function parseAddress(address: string): URL {
  const url = URL.parse(address);
  const local = url?.protocol === 'http:' && isLoopbackHost(url.hostname);
  if (url !== null && (local || url.protocol === 'https:')) return url;
  const found = JSON.stringify(address.slice(0, 200));
  throw new AssayError('invalid-argument', `${found} is no https URL (http only on this machine)`);
}
