/** A project's watches, and how polling them fares. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Micros } from '../domain/time.ts';
import { findJobBody } from '../store/job-rows.ts';
import { listWatches as listRows } from '../store/watch-rows.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { type PollState, watchJob } from './watch-job.ts';

/** A watch as it is shown. */
export interface ShownWatch {
  readonly pattern: string;
  readonly on: boolean;
  readonly firstSight: boolean;
  readonly pollEvery?: Micros;
  /** When the last round of polling ended. */
  readonly pollTime?: Micros;
  readonly problem?: string;
  readonly createTime: Micros;
}

/** Lists them by pattern. */
export async function listWatches(
  deps: Deps,
  { caller, project }: { readonly caller: Caller; readonly project: string },
): Promise<readonly ShownWatch[]> {
  authorise(caller, 'assay.watches.list', project);
  await requireProject(deps, project);
  const shown: ShownWatch[] = [];
  for (const watch of await listRows(deps.store, project)) {
    const state = (await findJobBody<PollState>(deps.store, watchJob(watch))) ?? {};
    const { pattern, on, firstSight, pollEvery, createTime } = watch;
    const { pollTime, problem } = state;
    shown.push({
      pattern,
      on,
      firstSight,
      createTime,
      ...(pollEvery === undefined ? {} : { pollEvery }),
      ...(pollTime === undefined ? {} : { pollTime }),
      ...(problem === undefined ? {} : { problem }),
    });
  }
  return shown;
}
