/** Bringing advisories up to date unasked: of several replicas one does it, when it is due. */
import type { Caller } from '../domain/caller.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import { type LeasedJob, ensureJob, findRunTime } from '../store/job-rows.ts';
import type { Deps } from './deps.ts';
import { REFRESH_JOB, jittered, refreshHeld } from './update-advisories.ts';

const SCHEDULE: Caller = { name: 'schedule', grants: [{ role: 'admin' }] };
/** A server that starts asks this soon: what did not change costs a question. */
const FIRST: Micros = 15 * SECOND;

/** Plans the next run of a server that starts; one that is offline plans none. */
export async function planRefresh(deps: Deps): Promise<void> {
  const { offline = true, every } = deps.feeds ?? {};
  if (offline || every === undefined) return;
  const planned = await findRunTime(deps.store, REFRESH_JOB);
  const wait = jittered(deps, planned === undefined ? Math.min(every, FIRST) : every);
  await deps.store.write((tx) => ensureJob(tx, REFRESH_JOB, deps.now() + wait));
}

/** One turn of the job. */
export async function refreshAdvisories(deps: Deps, job: LeasedJob): Promise<void> {
  try {
    const reports = await refreshHeld(deps, job, { caller: SCHEDULE });
    const changed = reports.filter(({ outcome }) => outcome === 'whole' || outcome === 'delta');
    deps.log.info({ asked: reports.length, changed: changed.length }, 'advisories are up to date');
  } catch (error) {
    if (deps.feeds?.stopping.aborted !== true) throw error;
  }
}
