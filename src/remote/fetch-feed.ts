/**
 * Fetching what others publish for everybody: asked for only where it changed, counted and hashed
 * while it passes, and given up where it stalls, grows beyond its cap or leads astray. A redirect
 * is followed a few times, never from https to http, and every host passes the guard anew.
 */
import { createHash } from 'node:crypto';
import { AssayError } from '../domain/error.ts';
import { refuseUrl } from './destination-guard.ts';
import type { GuardedAnswer, GuardedFetch } from './guarded-fetch.ts';
import { tooLarge } from './verify-stream.ts';

/** What a server said to know its content by, to be shown to it the next time. */
export interface FeedValidators {
  readonly etag?: string;
  /** `Last-Modified`, as it was written. */
  readonly lastModified?: string;
}

/** What is asked for. */
export interface FeedRequest {
  readonly url: URL;
  /** For people, e.g. `Debian/all.zip`; errors name it with the host, and never the whole URL. */
  readonly what: string;
  /** Most bytes of the body. */
  readonly cap: number;
  /** What is known already; absent: the content is wanted in any case. */
  readonly known?: FeedValidators;
  /** SHA-256 in hex that the content must have. */
  readonly sha256?: string;
  readonly signal?: AbortSignal;
}

/** Content on its way; it is verified only once its last chunk has come. */
export interface FeedContent {
  readonly kind: 'content';
  readonly validators: FeedValidators;
  /** To be read once; throws `unavailable`, `too-large` or `digest-mismatch`. */
  readonly chunks: () => AsyncIterable<Uint8Array>;
  /** Lets go of what nobody reads on. */
  readonly discard: () => Promise<void>;
}

/** An answer: what is known stands, there is nothing of the name, or content. */
export type FeedAnswer = { readonly kind: 'unchanged' } | { readonly kind: 'absent' } | FeedContent;

/** Caps on an exchange, in milliseconds but for the redirects. */
export interface FeedLimits {
  readonly redirects: number;
  /** Without a byte for so long it is given up. */
  readonly idleMs: number;
  readonly totalMs: number;
}

/** The caps that hold where nobody asks for others. */
export const FEED_LIMITS: FeedLimits = { redirects: 3, idleMs: 30_000, totalMs: 3_600_000 };

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_VALIDATOR = 1024;

/**
 * Asks for a feed. Throws what the guard throws, and `unavailable` for trouble of the network and
 * for any answer that is neither the content, nor that it did not change, nor that it is not there.
 */
export async function fetchFeed(
  fetching: Pick<GuardedFetch, 'send'>,
  request: FeedRequest,
  limits: FeedLimits = FEED_LIMITS,
): Promise<FeedAnswer> {
  const watch = watchStalls(request, limits.idleMs);
  try {
    const { answer, url } = await follow(fetching, request, { limits, signal: watch.signal });
    return await readAnswer(answer, { ...request, url }, watch);
  } catch (error) {
    watch.end();
    throw error;
  }
}

interface Watch {
  readonly signal: AbortSignal;
  /** Something came: the waiting begins anew. */
  readonly saw: () => void;
  readonly end: () => void;
}

/** Ends an exchange in which nothing comes for too long, or that nobody wants any more. */
function watchStalls({ url, what, signal }: FeedRequest, idleMs: number): Watch {
  const stall = new AbortController();
  const message = `${what} at ${url.host}: nothing came for ${idleMs / 1000} s; try again later`;
  const give = (): void => stall.abort(new AssayError('unavailable', message));
  let timer = setTimeout(give, idleMs);
  return {
    signal: signal === undefined ? stall.signal : AbortSignal.any([stall.signal, signal]),
    saw: () => {
      clearTimeout(timer);
      timer = setTimeout(give, idleMs);
    },
    end: () => clearTimeout(timer),
  };
}

interface Following {
  readonly limits: FeedLimits;
  readonly signal: AbortSignal;
}

async function follow(
  fetching: Pick<GuardedFetch, 'send'>,
  request: FeedRequest,
  { limits, signal }: Following,
): Promise<{ readonly answer: GuardedAnswer; readonly url: URL }> {
  let { url } = request;
  for (let left = limits.redirects; ; left -= 1) {
    const exchange = { url, headers: headersOf(request), timeoutMs: limits.totalMs, signal };
    const answer = await fetching.send({ ...exchange, method: 'GET' });
    if (!REDIRECTS.has(answer.status)) return { answer, url };
    await answer.discard();
    if (left === 0) throw odd(request, `redirects more than ${limits.redirects} times`);
    url = redirected(url, answer.header('location'), request);
  }
}

function headersOf({ known }: FeedRequest): Record<string, string> {
  // An ETag goes before a date where both are shown (RFC 9110, 13.2.2).
  return {
    accept: '*/*',
    ...(known?.etag === undefined ? {} : { 'if-none-match': known.etag }),
    ...(known?.lastModified === undefined ? {} : { 'if-modified-since': known.lastModified }),
  };
}

function redirected(from: URL, location: string | undefined, request: FeedRequest): URL {
  const to = location === undefined ? null : URL.parse(location, from.href);
  if (to === null) throw odd(request, 'redirects to no address');
  if (from.protocol === 'https:' && to.protocol !== 'https:') {
    throw odd(request, `redirects from https to ${to.protocol.slice(0, 16)}`);
  }
  // Credentials in it would be somebody's, and other schemes are not ours to follow.
  refuseUrl(to);
  return to;
}

async function readAnswer(
  answer: GuardedAnswer,
  request: FeedRequest,
  watch: Watch,
): Promise<FeedAnswer> {
  const { status } = answer;
  if (status === 200) return contentOf(answer, request, watch);
  await answer.discard();
  watch.end();
  if (status === 404 || status === 410) return { kind: 'absent' };
  if (status === 304 && asksForChange(request)) return { kind: 'unchanged' };
  throw odd(request, `answered ${status}, not 200`);
}

function asksForChange({ known }: FeedRequest): boolean {
  return known?.etag !== undefined || known?.lastModified !== undefined;
}

function contentOf(answer: GuardedAnswer, request: FeedRequest, watch: Watch): FeedContent {
  const expected = expectedOf(answer, request);
  const discard = async (): Promise<void> => {
    watch.end();
    await answer.discard();
  };
  return {
    kind: 'content',
    validators: validatorsOf(answer),
    chunks: () => passVerified(answer.chunks(), { request, watch, expected }),
    discard,
  };
}

function validatorsOf(answer: GuardedAnswer): FeedValidators {
  const [etag, lastModified] = ['etag', 'last-modified'].map(answer.header);
  return {
    ...(isValidator(etag) && { etag }),
    ...(isValidator(lastModified) && { lastModified }),
  };
}

/** What comes back in a request must be short and printable. */
function isValidator(text: string | undefined): text is string {
  return text !== undefined && text.length <= MAX_VALIDATOR && /^[\x21-\x7e ]+$/.test(text);
}

interface Expected {
  readonly size?: number;
  readonly hashes: readonly { readonly algorithm: 'md5' | 'sha256'; readonly wanted: string }[];
}

function expectedOf(answer: GuardedAnswer, request: FeedRequest): Expected {
  const encoding = answer.header('content-encoding') ?? 'identity';
  if (encoding !== 'identity') throw odd(request, 'is compressed, which nobody asked for');
  const length = answer.header('content-length');
  const size = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  if (size !== undefined && size > request.cap) throw tooLarge(nameOf(request), request.cap);
  const md5 = hashOf(answer);
  const { sha256 } = request;
  const hashes = [
    ...(md5 === undefined ? [] : [{ algorithm: 'md5', wanted: md5 } as const]),
    ...(sha256 === undefined ? [] : [{ algorithm: 'sha256', wanted: base64(sha256) } as const]),
  ];
  return { ...(size !== undefined && { size }), hashes };
}

function base64(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/**
 * Base64 of the MD5, as Google's storage says it. Of what is stored compressed and sent as it was
 * before, the hash is of other bytes.
 */
function hashOf(answer: GuardedAnswer): string | undefined {
  const stored = answer.header('x-goog-stored-content-encoding') ?? 'identity';
  if (stored !== 'identity') return undefined;
  return /(?:^|[,\s])md5=([A-Za-z0-9+/]{22}==)/.exec(answer.header('x-goog-hash') ?? '')?.[1];
}

interface Passing {
  readonly request: FeedRequest;
  readonly watch: Watch;
  readonly expected: Expected;
}

async function* passVerified(
  chunks: AsyncIterable<Uint8Array>,
  { request, watch, expected }: Passing,
): AsyncGenerator<Uint8Array> {
  const hashes = expected.hashes.map((one) => ({ ...one, hash: createHash(one.algorithm) }));
  let size = 0;
  try {
    for await (const chunk of chunks) {
      watch.saw();
      size += chunk.byteLength;
      if (size > request.cap) throw tooLarge(nameOf(request), request.cap);
      for (const { hash } of hashes) hash.update(chunk);
      yield chunk;
    }
  } finally {
    watch.end();
  }
  if (expected.size !== undefined && expected.size !== size) {
    throw mismatch(request, `has ${size} bytes, not the ${expected.size} that were announced`);
  }
  if (hashes.some(({ hash, wanted }) => hash.digest('base64') !== wanted)) {
    throw mismatch(request, 'does not have the hash that was announced');
  }
}

function nameOf({ what, url }: FeedRequest): string {
  return `${what} at ${url.host}`;
}

function mismatch(request: FeedRequest, found: string): AssayError {
  const message = `${nameOf(request)} ${found}; nothing of it was taken, try again later`;
  return new AssayError('digest-mismatch', message);
}

function odd(request: FeedRequest, found: string): AssayError {
  const message = `${nameOf(request)} ${found}; check its URL, or try again later`;
  return new AssayError('unavailable', message);
}
