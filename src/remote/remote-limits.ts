/** Every cap on what comes from outside, in one place: bytes, counts and times. */

/** Caps on remote reads; bytes and milliseconds. */
export interface RemoteLimits {
  /** A manifest, an index or `index.json`. */
  readonly manifestBytes: number;
  /** A blob, whatever its descriptor says. */
  readonly blobBytes: number;
  /** A blob that is pushed; it is held in memory. */
  readonly pushBytes: number;
  /** A token service's answer. */
  readonly tokenBytes: number;
  /** All headers of one response. */
  readonly headerBytes: number;
  /** Redirects followed for one request. */
  readonly redirects: number;
  /** Until a connection stands. */
  readonly connectMs: number;
  /** From the request to the last response header. */
  readonly headersMs: number;
  /** Between two chunks of a body. */
  readonly idleMs: number;
  /** A whole manifest or token, so that dripping bytes cannot hold it open. */
  readonly documentMs: number;
  /** A whole blob. */
  readonly blobMs: number;
  /** Tries after the first where a registry is busy or hangs up. */
  readonly retries: number;
  /** Longest wait before one of them, in milliseconds. */
  readonly retryMs: number;
  /** Entries of an archive or a folder. */
  readonly entries: number;
}

const MEBIBYTE = 1024 * 1024;

/** The caps that hold where nobody asks for others. */
export const REMOTE_LIMITS: RemoteLimits = {
  manifestBytes: 4 * MEBIBYTE,
  blobBytes: 16 * 1024 * MEBIBYTE,
  pushBytes: 32 * MEBIBYTE,
  tokenBytes: MEBIBYTE,
  headerBytes: 32 * 1024,
  redirects: 5,
  connectMs: 10_000,
  headersMs: 30_000,
  idleMs: 30_000,
  documentMs: 60_000,
  blobMs: 3_600_000,
  retries: 2,
  retryMs: 5000,
  entries: 1_000_000,
};

/** The default caps with some of them replaced. */
export function withLimits(limits: Partial<RemoteLimits> = {}): RemoteLimits {
  return { ...REMOTE_LIMITS, ...limits };
}
