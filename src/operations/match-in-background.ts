/**
 * Matching without being asked: after advisories changed, the package versions of the names that
 * they speak of are matched, some names at a time. A turn is bounded and leaves its place in the
 * job, so that a restart goes on there; who asks meanwhile has what he asks about matched at once.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AdvisoryKey } from '../store/advisory-rows.ts';
import { type LeasedJob, finishJob, isHeld, saveJobBody } from '../store/job-rows.ts';
import type { MatchedVersion } from '../store/scanned-rows.ts';
import {
  findLastPackage,
  findStaleBetween,
  findStaleOfName,
  listChangedNames,
} from '../store/stale-packages.ts';
import { chunksOf } from '../store/stored-json.ts';
import { refreshMatches } from './current-matches.ts';
import type { Deps } from './deps.ts';
import { type MatchingStep, type MatchingWork, readMatchingWork } from './matching-job.ts';

/** Names that one turn looks at, and packages beyond which it takes no further name. */
const NAMES = 500;
const PACKAGES = 1000;
/** Packages that are matched without others having their turn. */
const TOGETHER = 100;
/** Ids that one turn of a look over all packages spans. */
const SPAN = 2000;

/** One turn. */
export async function matchInBackground(deps: Deps, job: LeasedJob): Promise<void> {
  const work = await readMatchingWork(deps.store);
  const progress = await takeTurn(deps, work);
  await deps.store.write(async (tx) => {
    if (!(await isHeld(tx, job))) return;
    const left = progress(await readMatchingWork(tx));
    await saveJobBody(tx, job, left);
    const more = left.queue.length > 0 || left.sweep !== undefined;
    await finishJob(tx, job, more ? deps.now() : undefined);
  });
}

/** What is left to do of what there is to do by then. */
type Progress = (work: MatchingWork) => MatchingWork;

function takeTurn(deps: Deps, { queue, sweep }: MatchingWork): Promise<Progress> {
  const [step] = queue;
  if (step !== undefined) return walkChanges(deps, step);
  return sweep === undefined ? Promise.resolve((work) => work) : sweepPackages(deps, sweep);
}

async function walkChanges(deps: Deps, step: MatchingStep): Promise<Progress> {
  const next = await matchNames(deps, step);
  return ({ queue, ...rest }) => {
    const [head, ...others] = queue;
    if (head?.generation !== step.generation) return { queue, ...rest };
    return { queue: next === undefined ? others : [next, ...others], ...rest };
  };
}

/** Matches the packages of some names that a generation changed; undefined: of the last ones. */
async function matchNames(deps: Deps, step: MatchingStep): Promise<MatchingStep | undefined> {
  const names = await listChangedNames(deps.store, { ...step, limit: NAMES });
  const { taken, versions } = await findStale(deps, names);
  await matchAll(deps, versions);
  const after = taken.at(-1);
  const whole = taken.length === names.length && names.length < NAMES;
  return whole || after === undefined ? undefined : { generation: step.generation, after };
}

/** Matches at once what waits for its turn: for an answer over all images, which must be true. */
export async function matchWaiting(deps: Deps): Promise<void> {
  const { queue, sweep } = await readMatchingWork(deps.store);
  for (const waiting of queue) {
    let step: MatchingStep | undefined = waiting;
    while (step !== undefined) step = await matchNames(deps, step);
  }
  const last = sweep === undefined ? 0 : await findLastPackage(deps.store);
  for (let afterId = sweep ?? 0; afterId < last; afterId += SPAN) {
    await matchAll(deps, await findStaleBetween(deps.store, { afterId, upTo: afterId + SPAN }));
  }
}

interface StaleOfNames {
  readonly taken: readonly AdvisoryKey[];
  readonly versions: readonly MatchedVersion[];
}

async function findStale(deps: Deps, names: readonly AdvisoryKey[]): Promise<StaleOfNames> {
  const taken: AdvisoryKey[] = [];
  const versions: MatchedVersion[] = [];
  for (const name of names) {
    if (versions.length >= PACKAGES) break;
    versions.push(...(await staleOfName(deps, name)));
    taken.push(name);
  }
  return { taken, versions };
}

async function staleOfName(deps: Deps, name: AdvisoryKey): Promise<readonly MatchedVersion[]> {
  const found: MatchedVersion[] = [];
  let afterId = 0;
  for (;;) {
    const some = await findStaleOfName(deps.store, { ...name, afterId, limit: PACKAGES });
    found.push(...some);
    if (some.length < PACKAGES) return found;
    afterId = some.at(-1)?.packageId ?? afterId;
  }
}

async function sweepPackages(deps: Deps, afterId: number): Promise<Progress> {
  const upTo = afterId + SPAN;
  await matchAll(deps, await findStaleBetween(deps.store, { afterId, upTo }));
  const last = await findLastPackage(deps.store);
  return ({ sweep, ...rest }) => {
    if (sweep !== afterId) return { ...rest, ...(sweep === undefined ? {} : { sweep }) };
    return upTo >= last ? rest : { ...rest, sweep: upTo };
  };
}

async function matchAll(deps: Deps, versions: readonly MatchedVersion[]): Promise<void> {
  for (const some of chunksOf(versions, TOGETHER)) {
    await refreshMatches(deps, some);
    await nextTurn();
  }
}
