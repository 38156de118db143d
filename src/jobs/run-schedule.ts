/** In by time: what the server does unasked, each task alone and never twice at once. */
import type { Deps } from '../operations/deps.ts';

/** A task and how often it runs, in milliseconds. */
export interface ScheduledTask {
  readonly name: string;
  readonly every: number;
  readonly run: (deps: Deps) => Promise<void>;
}

/**
 * Runs each task once soon and then again and again, the pause counted from its end. A task that
 * fails is logged and runs again. Returns how to stop; a task under way is waited for.
 */
export function startSchedule(
  deps: Deps,
  tasks: readonly ScheduledTask[],
  firstAfter: number,
): () => Promise<void> {
  const stops = tasks.map((task) => startTask(deps, task, firstAfter));
  return async () => {
    await Promise.all(stops.map((stop) => stop()));
  };
}

function startTask(deps: Deps, task: ScheduledTask, firstAfter: number): () => Promise<void> {
  let stopped = false;
  let running: Promise<void> = Promise.resolve();
  let timer = setTimeout(turn, firstAfter);
  timer.unref();
  function turn(): void {
    running = task
      .run(deps)
      .catch((error: unknown) => deps.log.error({ err: error, task: task.name }, 'a task failed'))
      .then(() => {
        if (stopped) return;
        timer = setTimeout(turn, task.every);
        timer.unref();
      });
  }
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await running;
  };
}
