/**
 * Inflating in a thread beside the reading one, which parses meanwhile. One thread serves the whole
 * process: it is started by the first archive that is worth it, keeps no process alive, and ends
 * once nothing was read for a while.
 */
import { Worker } from 'node:worker_threads';
import type { PackedPiece } from './inflate-piece.ts';

/** Files to be inflated together, as they are stored, one behind another. */
export interface InflateRequest {
  readonly stored: Uint8Array<ArrayBuffer>;
  readonly pieces: readonly PackedPiece[];
}

/** The files one behind another, or what is wrong with one of them. */
export type InflateAnswer =
  | { readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly problem: string };

interface Waiting {
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

interface Beside {
  readonly worker: Worker;
  readonly waiting: Waiting[];
  readonly ending: NodeJS.Timeout;
}

/** After so many milliseconds without a request the thread ends. */
const IDLE = 2000;

/** The thread keeps nothing: a small room makes it give inflated bytes back soon. */
const YOUNG_MB = 2;

let running: Beside | undefined;

/**
 * The files' bytes one behind another; throws an Error that says what is wrong. What is stored
 * changes hands: it is empty afterwards.
 */
export function inflateBeside(request: InflateRequest): Promise<Uint8Array> {
  running ??= start();
  const { worker, waiting, ending } = running;
  ending.refresh();
  return new Promise((resolve, reject) => {
    waiting.push({ resolve, reject });
    // Only while somebody waits does the thread keep the process.
    worker.ref();
    worker.postMessage(request, [request.stored.buffer]);
  });
}

function start(): Beside {
  // Flags such as --input-type are for the process' own entry, not for the thread's file.
  const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB };
  const worker = new Worker(threadFile(), { name: 'inflate', execArgv: [], resourceLimits });
  const waiting: Waiting[] = [];
  const fail = (error: Error): void => {
    if (running?.worker === worker) running = undefined;
    clearTimeout(ending);
    for (const { reject } of waiting.splice(0)) reject(error);
  };
  const end = (): void => {
    if (waiting.length > 0) return void ending.refresh();
    if (running?.worker === worker) running = undefined;
    void worker.terminate();
  };
  const ending = setTimeout(end, IDLE).unref();
  worker.on('message', (answer: InflateAnswer) => {
    const first = waiting.shift();
    if (waiting.length === 0) worker.unref();
    if ('bytes' in answer) first?.resolve(answer.bytes);
    else first?.reject(new Error(answer.problem));
  });
  worker.on('error', fail);
  worker.on('exit', () => fail(new Error('the inflating thread ended')));
  return { worker, waiting, ending };
}

/** Beside the sources as TypeScript, beside the build as JavaScript. */
function threadFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./inflate-thread.${extension}`, import.meta.url);
}
