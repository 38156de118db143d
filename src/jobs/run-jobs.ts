/**
 * In by time: jobs of the store, each kind in a lane of its own width, so that what waits for a
 * dead endpoint holds up nothing else. Each turn of a job is bounded; between turns the store knows
 * where it stands, so that a crash loses no more than a turn.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deps } from '../operations/deps.ts';
import { giveBack, takeJobs } from '../operations/job-lease.ts';

type Job = Awaited<ReturnType<typeof takeJobs>>[number];

/** A kind of job, and how it is done. */
export interface JobLane {
  readonly kind: Job['kind'];
  /** Jobs of the kind that run at once. */
  readonly width: number;
  /** How due jobs are taken; absent: as {@link takeJobs} does. */
  readonly take?: (deps: Deps, limit: number) => Promise<readonly Job[]>;
  /** One turn; it gives the job back itself. `stopping` asks a long one to end early. */
  readonly run: (deps: Deps, job: Job, stopping: AbortSignal) => Promise<void>;
}

/** While turns run, others that have come due are looked for as often, in milliseconds. */
const LOOK_EVERY = 1000;

/**
 * Takes and runs what is due, until nothing is; answers how many turns that took. A turn that ends
 * makes room for the next at once: slow ones of one project do not keep others waiting.
 */
export async function runDueJobs(
  deps: Deps,
  lane: JobLane,
  stopping: AbortSignal = new AbortController().signal,
): Promise<number> {
  const take = lane.take ?? ((_, limit) => takeJobs(deps, lane.kind, limit));
  const running = new Set<Promise<void>>();
  let turns = 0;
  for (;;) {
    const room = lane.width - running.size;
    const jobs = room === 0 || stopping.aborted ? [] : await take(deps, room);
    turns += jobs.length;
    for (const job of jobs) {
      const turn = runTurn(deps, lane, { job, stopping }).finally(() => running.delete(turn));
      running.add(turn);
    }
    if (running.size === 0) return turns;
    if (jobs.length < room || running.size === lane.width) await oneOf(running);
  }
}

/** Waits for the first of some turns, and no longer than until it is time to look again. */
async function oneOf(running: ReadonlySet<Promise<void>>): Promise<void> {
  const ended = new AbortController();
  const look = sleep(LOOK_EVERY, undefined, { signal: ended.signal }).catch(() => undefined);
  await Promise.race([...running, look]);
  ended.abort();
}

/** Runs each lane again and again with a pause between; returns how to stop. */
export function startJobs(
  deps: Deps,
  lanes: readonly JobLane[],
  pause: number,
): () => Promise<void> {
  const stops = lanes.map((lane) => startLane(deps, lane, pause));
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

function startLane(deps: Deps, lane: JobLane, pause: number): () => Promise<void> {
  const stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let timer = setTimeout(turn, pause);
  timer.unref();
  function turn(): void {
    running = runDueJobs(deps, lane, stop.signal)
      .catch((error: unknown) =>
        deps.log.error({ err: error, kind: lane.kind }, 'jobs cannot be taken'),
      )
      .then(() => {
        if (stop.signal.aborted) return;
        timer = setTimeout(turn, pause);
        timer.unref();
      });
  }
  return async () => {
    stop.abort();
    clearTimeout(timer);
    await running;
  };
}

async function runTurn(
  deps: Deps,
  lane: JobLane,
  { job, stopping }: { readonly job: Job; readonly stopping: AbortSignal },
): Promise<void> {
  try {
    await lane.run(deps, job, stopping);
  } catch (error) {
    deps.log.error({ err: error, kind: job.kind }, 'a job failed; it is tried again');
    await giveBack(deps, job).catch((cause: unknown) =>
      // Its lease ends, and then it is anybody's.
      deps.log.error({ err: cause, kind: job.kind }, 'a job that failed cannot be given back'),
    );
  }
}
