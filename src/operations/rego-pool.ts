/**
 * Policies are evaluated in threads of their own: the event loop goes on whatever a policy does,
 * and a thread that is not done at its deadline is ended and another one takes its place.
 */
import { Worker } from 'node:worker_threads';
import { AssayError } from '../domain/error.ts';
import type { RegoAnswer, RegoJob } from '../rego/rego-job.ts';
import type { ThreadAnswer } from './rego-thread.ts';

/** Evaluates a job; `unavailable` where it is not done in time. */
export type RunRego = (job: RegoJob, deadlineMs: number) => Promise<RegoAnswer>;

/** Threads that evaluate, and their end. */
export interface RegoPool {
  readonly run: RunRego;
  readonly close: () => Promise<void>;
}

/** Heap of one thread in MB: above what the limits of an evaluation let it use. */
const HEAP_MB = 512;
/** Jobs that wait for a thread; more are refused, so that no queue grows without end. */
const MAX_WAITING = 1000;

interface Waiting {
  readonly job: RegoJob;
  readonly deadlineMs: number;
  readonly resolve: (answer: RegoAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Makes a pool of at most so many threads; each starts with the first job that needs it. */
export function createRegoPool(size: number): RegoPool {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const waiting: Waiting[] = [];

  const next = (): void => {
    if (waiting.length === 0) return;
    const worker = idle.pop() ?? (all.size < size ? start(all) : undefined);
    const one = worker && waiting.shift();
    if (!worker || !one) return;
    void work(worker, one).then((isUsable) => {
      if (isUsable) idle.push(worker);
      else all.delete(worker);
      next();
    });
  };
  const run: RunRego = (job, deadlineMs) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= MAX_WAITING) {
        reject(new AssayError('too-many', 'too many policies wait to be evaluated; try again'));
        return;
      }
      waiting.push({ job, deadlineMs, resolve, reject });
      next();
    });
  const close = async (): Promise<void> => {
    await Promise.all([...all].map((worker) => worker.terminate()));
  };
  return { run, close };
}

function start(all: Set<Worker>): Worker {
  const resourceLimits = { maxOldGenerationSizeMb: HEAP_MB };
  const worker = new Worker(threadFile(), { name: 'rego', execArgv: [], resourceLimits });
  worker.unref();
  all.add(worker);
  return worker;
}

/** Does one job in a thread; resolves to whether the thread can do another. */
function work(worker: Worker, { job, deadlineMs, resolve, reject }: Waiting): Promise<boolean> {
  return new Promise((done) => {
    const settle = (isUsable: boolean, tell: () => void): void => {
      clearTimeout(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (isUsable) worker.unref();
      else void worker.terminate();
      tell();
      done(isUsable);
    };
    const onMessage = (message: ThreadAnswer): void =>
      settle(true, () => {
        if ('answer' in message) resolve(message.answer);
        else reject(broken(message.defect));
      });
    const onError = (cause: Error): void => settle(false, () => reject(broken(cause.message)));
    const onExit = (): void => settle(false, () => reject(broken('the thread ended')));
    const timer = setTimeout(() => settle(false, () => reject(late(deadlineMs))), deadlineMs);
    worker.on('message', onMessage).on('error', onError).on('exit', onExit);
    worker.ref();
    worker.postMessage(job);
  });
}

function late(deadlineMs: number): AssayError {
  const message = `the policy was not evaluated within ${deadlineMs} ms and was stopped`;
  return new AssayError('unavailable', `${message}; make it do less, or give it more time`);
}

function broken(why: string): AssayError {
  const message = `the policy could not be evaluated: ${why.split('\n')[0]}`;
  return new AssayError('unavailable', message, { details: { why } });
}

/** Beside the sources as TypeScript, beside the build as JavaScript. */
function threadFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./rego-thread.${extension}`, import.meta.url);
}
