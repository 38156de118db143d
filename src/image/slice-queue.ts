/**
 * Decoded chunks on their way to whoever looks at them: one slice in each turn of the loop. Between
 * two of them zlib is given its next work at once, so that it never waits for a whole chunk to be
 * looked at, and a server answers. Some chunks wait meanwhile, for not all take the same time.
 */

/** Chunks that wait, and then perhaps the end. */
export interface SliceQueue {
  push(chunk: Buffer): void;
  /** Nothing is pushed any more; `done` is called when all was handed out. */
  end(done: () => void): void;
}

/** Where the slices go, and who pushes the chunks. */
export interface SliceOptions {
  /** Looks at a slice, which is only valid during the call; it does not throw. */
  readonly take: (slice: Buffer) => void;
  /** Called when as many chunks wait as may: no more are to be pushed. */
  readonly pause: () => void;
  /** Called when there is room again. */
  readonly resume: () => void;
  readonly nextTurn: NextTurn;
}

/** Calls a step soon, in a turn of the loop of its own where it is `setImmediate`. */
export type NextTurn = (step: () => void) => void;

/** Small enough for a processor's own cache: a slice is hashed, then walked through. */
const SLICE_BYTES = 64 * 1024;
/** Chunks that wait at most, and when there is room again. */
const MOST = 8;
const AGAIN = 6;

/** An empty queue. */
export function newSliceQueue(options: SliceOptions): SliceQueue {
  const { take, pause, resume, nextTurn } = options;
  const waiting: Buffer[] = [];
  let at = 0;
  let scheduled = false;
  let finish: (() => void) | undefined;
  const schedule = (): void => {
    if (scheduled) return;
    scheduled = true;
    nextTurn(step);
  };
  const step = (): void => {
    scheduled = false;
    const [chunk] = waiting;
    if (chunk === undefined) return finish?.();
    take(chunk.subarray(at, at + SLICE_BYTES));
    at += SLICE_BYTES;
    if (at >= chunk.length) next(chunk);
    if (waiting.length > 0 || finish !== undefined) schedule();
  };
  const next = (chunk: Buffer): void => {
    at = 0;
    waiting.shift();
    release(chunk);
    if (waiting.length === AGAIN) resume();
  };
  return {
    push: (chunk) => {
      waiting.push(chunk);
      if (waiting.length >= MOST) pause();
      schedule();
    },
    end: (done) => {
      finish = done;
      schedule();
    },
  };
}

/**
 * Gives the memory of decoded bytes back at once. Left to the garbage collector they make it run
 * every few dozen chunks, for memory outside its heap counts too.
 */
function release({ buffer, byteOffset, length }: Buffer): void {
  // A buffer that is not full yet gets the next bytes too.
  const isFull = byteOffset + length === buffer.byteLength;
  if (isFull && buffer instanceof ArrayBuffer) buffer.transfer(0);
}
