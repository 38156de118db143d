/**
 * Asking again where a server says that it is busy, or hangs up: after what its Retry-After says,
 * or twice as long each time, never longer than whoever waits has time for.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../domain/error.ts';

/** How often and how long. */
export interface Patience {
  /** Tries after the first. */
  readonly retries: number;
  /** Longest wait before one of them, in milliseconds; who asks for more is not waited for. */
  readonly retryMs: number;
  /** All tries and waits together, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

const FIRST_WAIT = 200;
const BUSY: ReadonlySet<unknown> = new Set([429, 502, 503, 504]);
const HUNG_UP: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** Calls `attempt` with the milliseconds that are left, until it works or waiting is no use. */
export async function askAgain<Value>(
  { retries, retryMs, timeoutMs, signal }: Patience,
  attempt: (timeoutMs: number) => Promise<Value>,
): Promise<Value> {
  const end = performance.now() + timeoutMs;
  for (let tried = 0; ; tried += 1) {
    const left = Math.max(1, Math.ceil(end - performance.now()));
    try {
      return await attempt(left);
    } catch (error) {
      const wait = tried < retries ? waitAfter(error, tried) : undefined;
      const inTime = wait !== undefined && wait <= Math.min(retryMs, end - performance.now());
      if (!inTime || !(await waited(wait, signal))) throw error;
    }
  }
}

/** Milliseconds to wait; undefined: the same would come again. */
function waitAfter(error: unknown, tried: number): number | undefined {
  if (!(error instanceof AssayError) || error.code !== 'unavailable') return undefined;
  const { status, retryAfterSeconds } = error.details;
  if (!BUSY.has(status) && !HUNG_UP.has(causeCode(error))) return undefined;
  if (typeof retryAfterSeconds === 'number') return retryAfterSeconds * 1000;
  // Not all at once: those who were refused together would come together again.
  return FIRST_WAIT * 2 ** tried * (0.5 + Math.random() / 2);
}

function causeCode({ cause }: AssayError): unknown {
  return cause instanceof Error && 'code' in cause ? cause.code : undefined;
}

async function waited(wait: number, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await sleep(wait, undefined, signal === undefined ? {} : { signal });
    return true;
  } catch {
    return false;
  }
}
