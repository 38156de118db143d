/**
 * Policies are evaluated in processes of their own: the event loop goes on whatever a policy does,
 * a process that is not done at its deadline is ended and another one takes its place, and one that
 * V8 ends for want of memory takes nobody with it, as a thread would. Projects take turns.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { AssayError } from '../domain/error.ts';
import type { RegoAnswer, RegoJob } from '../rego/rego-job.ts';
import { createFairTurns, type Piece } from './fair-turns.ts';
import type { ProcessMessage } from './rego-process.ts';

/**
 * Evaluates a job; `unavailable` where it is not done in time, `too-many` where too much waits.
 * Owners (projects) take turns.
 */
export type RunRego = (job: RegoJob, deadlineMs: number, owner?: string) => Promise<RegoAnswer>;

/** Processes that evaluate, and their end. */
export interface RegoPool {
  readonly run: RunRego;
  readonly close: () => Promise<void>;
}

/**
 * Heap of one process in MB, above what the limits of an evaluation let it use, and its stack in
 * KB: that of a thread, below what systems give a process.
 */
const LIMITS = ['--max-old-space-size=512', '--stack-size=3900'];
/** Jobs that wait for a process; more are refused, so that no queue grows without end. */
const WAITING = { pieces: 1000, size: 128 << 20, ownPieces: 200, ownSize: 32 << 20 };
/** Until a process is loaded, which no policy's deadline is about. */
const START_MS = 20_000;
/** Whoever asked has gone by then: an API server waits 30 seconds. */
const LONGEST_WAIT_MS = 15_000;

interface Waiting extends Piece {
  readonly job: RegoJob;
  readonly deadlineMs: number;
  /** When nobody waits for it any more, of `performance.now()`. */
  readonly until: number;
  readonly resolve: (answer: RegoAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** Makes a pool of at most so many processes; each starts with the first job that needs it. */
export function createRegoPool(size: number): RegoPool {
  const idle = new Set<ChildProcess>();
  const all = new Set<ChildProcess>();
  const turns = createFairTurns<Waiting>(WAITING);
  const unruly = createUnruly(size);
  let isClosed = false;

  const next = (): void => {
    const isFree = idle.size > 0 || all.size < size;
    const one = isFree ? (turns.next(unruly.isNone) ?? turns.next(unruly.mayRun)) : undefined;
    if (one === undefined) return;
    if (one.until < performance.now()) {
      one.reject(crowded('the policy waited too long for others to be evaluated'));
      next();
      return;
    }
    const [child = start(all, idle)] = idle;
    idle.delete(child);
    unruly.begin(one.owner);
    void work(child, one).then((isUsable) => {
      unruly.end(one.owner, isUsable);
      if (!isUsable) all.delete(child);
      // Whoever comes next does not wait for what another's policy ended to start again.
      if (!isClosed) idle.add(isUsable ? child : start(all, idle));
      next();
    });
  };
  const run: RunRego = (job, deadlineMs, owner = '') =>
    new Promise((resolve, reject) => {
      const held = (job.input?.length ?? 0) + (job.handed?.length ?? 0);
      const until = performance.now() + LONGEST_WAIT_MS;
      const piece = { owner, size: held, job, deadlineMs, until, resolve, reject };
      if (turns.add(piece)) next();
      else reject(crowded('too many policies wait to be evaluated'));
    });
  const killAll = (): void => all.forEach((child) => child.kill('SIGKILL'));
  process.once('exit', killAll);
  const close = async (): Promise<void> => {
    isClosed = true;
    process.off('exit', killAll);
    await Promise.all([...all].map(stop));
  };
  return { run, close };
}

/**
 * Owners whose last job had to be ended come after the others, and all of them together leave a
 * process to those, until one of theirs ends by itself.
 */
function createUnruly(size: number) {
  const busy = new Map<string, number>();
  const unruly = new Set<string>();
  const change = (owner: string, by: number): void => {
    const count = (busy.get(owner) ?? 0) + by;
    if (count === 0) busy.delete(owner);
    else busy.set(owner, count);
  };
  const taken = (): number => [...unruly].reduce((sum, one) => sum + (busy.get(one) ?? 0), 0);
  return {
    isNone: (owner: string): boolean => !unruly.has(owner),
    mayRun: (owner: string): boolean => !unruly.has(owner) || taken() < Math.max(1, size - 1),
    begin: (owner: string): void => change(owner, 1),
    end: (owner: string, isGood: boolean): void => {
      change(owner, -1);
      if (isGood) unruly.delete(owner);
      else unruly.add(owner);
    },
  };
}

/** One that does not start, or ends while it is idle, whoever ended it, is asked no more. */
function start(all: Set<ChildProcess>, idle: Set<ChildProcess>): ChildProcess {
  const child = fork(processFile(), {
    execArgv: LIMITS,
    env: {},
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const forget = (): void => [all, idle].forEach((some) => some.delete(child));
  child.once('message', () => loaded.add(child));
  child.on('error', forget).once('exit', forget);
  all.add(child);
  hold(child, false);
  return child;
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (child.exitCode !== null || child.signalCode !== null) done();
    else {
      child.ref();
      child.once('exit', () => done()).kill('SIGKILL');
    }
  });
}

/** Nothing of an idle process keeps this one from ending. */
function hold(child: ChildProcess, isHeld: boolean): void {
  if (isHeld) child.ref();
  else child.unref();
  const { channel } = child;
  if (isHeld) channel?.ref();
  else channel?.unref();
}

/**
 * Does one job in a process; resolves to whether the process can do another. The deadline begins
 * when the process is loaded.
 */
function work(
  child: ChildProcess,
  { job, deadlineMs, resolve, reject }: Waiting,
): Promise<boolean> {
  return new Promise((done) => {
    const settle = (isUsable: boolean, tell: () => void): void => {
      clearTimeout(timer);
      child.off('message', onMessage).off('error', onError).off('exit', onExit);
      if (isUsable) hold(child, false);
      else child.kill('SIGKILL');
      tell();
      done(isUsable);
    };
    const fail = (error: AssayError): void => settle(false, () => reject(error));
    const ask = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => fail(late(deadlineMs)), deadlineMs);
      child.send(job, (error) => {
        if (error !== null) onError(error);
      });
    };
    const onMessage = (message: unknown): void => {
      const said = message as ProcessMessage;
      if ('isReady' in said) ask();
      else if ('answer' in said) settle(true, () => resolve(said.answer));
      else settle(true, () => reject(broken(said.defect)));
    };
    const onError = (cause: Error): void => fail(broken(cause.message));
    const onExit = (_code: number | null, signal: string | null): void => fail(ended(signal));
    let timer = setTimeout(() => fail(late(START_MS)), START_MS);
    child.on('message', onMessage).on('error', onError).on('exit', onExit);
    hold(child, true);
    if (loaded.has(child)) ask();
  });
}

/** Those that said that they are loaded, which is the first thing that they say. */
const loaded = new WeakSet<ChildProcess>();

function crowded(what: string): AssayError {
  return new AssayError('too-many', `${what}; try again`);
}

function late(deadlineMs: number): AssayError {
  const message = `the policy was not evaluated within ${deadlineMs} ms and was stopped`;
  return new AssayError('unavailable', `${message}; make it do less, or give it more time`);
}

function ended(signal: string | null): AssayError {
  const how = signal === null ? '' : ` (${signal})`;
  const message = `the policy ended the process that evaluated it${how}`;
  return new AssayError('unavailable', `${message}: it used too much memory; make it do less`);
}

function broken(why: string): AssayError {
  const message = `the policy could not be evaluated: ${why.split('\n')[0]}`;
  return new AssayError('unavailable', message, { details: { why } });
}

/** Beside the sources as TypeScript, beside the build as JavaScript. */
function processFile(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./rego-process.${extension}`, import.meta.url);
}
