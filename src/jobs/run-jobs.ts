/**
 * In by time: jobs of the store, each kind in a lane of its own width, so that what waits for a
 * dead endpoint holds up nothing else. Each turn of a job is bounded; between turns the store knows
 * where it stands, so that a crash loses no more than a turn.
 */
import type { Deps } from '../operations/deps.ts';
import { giveBack, takeJobs } from '../operations/job-lease.ts';

type Job = Awaited<ReturnType<typeof takeJobs>>[number];

/** A kind of job, and how it is done. */
export interface JobLane {
  readonly kind: Job['kind'];
  /** Jobs of the kind that run at once. */
  readonly width: number;
  /** One turn; it gives the job back itself. */
  readonly run: (deps: Deps, job: Job) => Promise<void>;
}

/** Takes and runs what is due, until nothing is; answers how many turns that took. */
export async function runDueJobs(deps: Deps, lane: JobLane, stopped = never): Promise<number> {
  let turns = 0;
  for (;;) {
    const jobs = stopped() ? [] : await takeJobs(deps, lane.kind, lane.width);
    if (jobs.length === 0) return turns;
    turns += jobs.length;
    await Promise.all(jobs.map((job) => runTurn(deps, lane, job)));
  }
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
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer = setTimeout(turn, pause);
  timer.unref();
  function turn(): void {
    running = runDueJobs(deps, lane, () => stopped)
      .catch((error: unknown) =>
        deps.log.error({ err: error, kind: lane.kind }, 'jobs cannot be taken'),
      )
      .then(() => {
        if (stopped) return;
        timer = setTimeout(turn, pause);
        timer.unref();
      });
  }
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}

async function runTurn(deps: Deps, lane: JobLane, job: Job): Promise<void> {
  try {
    await lane.run(deps, job);
  } catch (error) {
    deps.log.error({ err: error, kind: job.kind }, 'a job failed; it is tried again');
    await giveBack(deps, job);
  }
}

function never(): boolean {
  return false;
}
