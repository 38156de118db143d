/** The calling thread's end of the writer: a request goes in, its answer comes back, in order. */
import { Worker } from 'node:worker_threads';
import { AssayError } from '../domain/error.ts';
import type { WriterAnswer, WriterOptions, WriterRequest } from './writer-messages.ts';

/** The answer of a request that did not fail. */
export type WriterResult = Exclude<WriterAnswer, { error: unknown }>;

/** Sends requests to the writer. */
export interface WriterPort {
  readonly send: (request: WriterRequest) => Promise<WriterResult>;
  readonly close: () => Promise<void>;
}

/** Runs the writer on the calling thread: starts faster, blocks while it writes. */
export async function openInlineWriter(options: WriterOptions): Promise<WriterPort> {
  const { createWriterEngine } = await import('./writer-engine.ts');
  const engine = createWriterEngine(options);
  return {
    send: async (request) => engine(request),
    close: async () => void engine({ kind: 'close' }),
  };
}

interface Waiting {
  readonly resolve: (result: WriterResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs the writer in its own thread. */
export async function openWriterThread(options: WriterOptions): Promise<WriterPort> {
  // Flags such as --input-type are for the process' own entry, not for the thread's file.
  const settings = { workerData: options, name: 'store-writer', execArgv: [] };
  const worker = new Worker(threadFile(), settings);
  const waiting: Waiting[] = [];
  let failure: AssayError | undefined;
  const fail = (cause: unknown): void => {
    failure ??= new AssayError('unavailable', 'the store writer ended; restart', { cause });
    for (const { reject } of waiting.splice(0)) reject(failure);
  };
  worker.on('message', (answer: WriterAnswer) => settle(waiting.shift(), answer));
  worker.on('error', fail);
  worker.on('exit', () => fail(undefined));
  const send = (request: WriterRequest): Promise<WriterResult> =>
    new Promise((resolve, reject) => {
      if (failure !== undefined) return reject(failure);
      waiting.push({ resolve, reject });
      worker.postMessage(request);
    });
  const close = async (): Promise<void> => {
    await send({ kind: 'close' });
    await worker.terminate();
  };
  return { send, close };
}

/** Beside the sources as TypeScript, beside the build as JavaScript. */
function threadFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./writer-thread.${extension}`, import.meta.url);
}

function settle(waiting: Waiting | undefined, answer: WriterAnswer): void {
  if (!('error' in answer)) return waiting?.resolve(answer);
  const { code, message, details } = answer.error;
  waiting?.reject(new AssayError(code, message, { details }));
}
