/** Watching repositories: from then on what is pushed to them is scanned without being asked. */
import { type Caller, authorise, isAllowed } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { checkPoll, parseWatchPattern, referenceIn, type Watch } from '../domain/watch.ts';
import type { Tx } from '../store/store-contract.ts';
import {
  createWatch,
  deleteWatch,
  findWatch,
  listWatches,
  updateWatch,
} from '../store/watch-rows.ts';
import { audit } from './audit.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { keepWatchJob } from './watch-job.ts';

/** Watches of one project. */
const MAX_WATCHES = 200;

/** What to watch; `pollEvery` in microseconds. */
export interface AddWatchInput {
  readonly caller: Caller;
  readonly project: string;
  readonly pattern: string;
  readonly pollEvery?: Micros;
  /** Absent: images that a webhook sees first are scanned. */
  readonly firstSight?: boolean;
}

/** Which watch. */
export interface WatchInput {
  readonly caller: Caller;
  readonly project: string;
  readonly pattern: string;
}

/**
 * Adds a watch. A registry within our own network takes who may have it scanned; throws
 * `permission-denied` for others, and `already-exists`.
 */
export async function addWatch(deps: Deps, input: AddWatchInput): Promise<Watch> {
  const { caller, project, pollEvery, firstSight = true } = input;
  authorise(caller, 'assay.watches.manage', project);
  const { pattern, registry } = parseWatchPattern(input.pattern);
  if (pollEvery !== undefined) checkPoll(pattern, pollEvery);
  await requireProject(deps, project);
  const inner = isAllowed(caller, 'assay.images.scanInner', undefined);
  if (!inner) await deps.guardRegistry?.(referenceIn(pattern));
  const poll = pollEvery === undefined ? {} : { pollEvery };
  const createTime = deps.now();
  const watch: Watch = { project, pattern, on: true, firstSight, inner, createTime, ...poll };
  await deps.store.write(async (tx) => {
    await refuseMany(tx, project);
    await createWatch(tx, { ...watch, registry });
    await keepWatchJob(deps, tx, watch);
    await note(deps, tx, { caller, action: 'add-watch', watch });
  });
  return watch;
}

/** Switches a watch on or off; throws `not-found`. */
export async function switchWatch(
  deps: Deps,
  input: WatchInput & { readonly on: boolean },
): Promise<Watch> {
  const { caller, on } = input;
  authorise(caller, 'assay.watches.manage', input.project);
  return deps.store.write(async (tx) => {
    const watch = { ...(await requireWatch(tx, input)), on };
    await updateWatch(tx, watch);
    await keepWatchJob(deps, tx, watch);
    await note(deps, tx, { caller, action: on ? 'switch-watch-on' : 'switch-watch-off', watch });
    return watch;
  });
}

/** Removes a watch; what was scanned stays known. Throws `not-found`. */
export async function removeWatch(deps: Deps, input: WatchInput): Promise<Record<string, never>> {
  const { caller } = input;
  authorise(caller, 'assay.watches.manage', input.project);
  await deps.store.write(async (tx) => {
    const watch = await requireWatch(tx, input);
    await deleteWatch(tx, watch);
    await keepWatchJob(deps, tx, { ...watch, on: false });
    await note(deps, tx, { caller, action: 'remove-watch', watch });
  });
  return {};
}

async function requireWatch(tx: Tx, { project, pattern }: WatchInput): Promise<Watch> {
  const watch = await findWatch(tx, { project, pattern });
  if (watch !== undefined) return watch;
  const message = `project ${project} does not watch ${JSON.stringify(pattern.slice(0, 300))}`;
  throw new AssayError('not-found', `${message}; see: assay project watch list`);
}

async function refuseMany(tx: Tx, project: string): Promise<void> {
  if ((await listWatches(tx, project)).length < MAX_WATCHES) return;
  const message = `project ${project} has ${MAX_WATCHES} watches, which is the limit`;
  throw new AssayError('failed-precondition', `${message}; remove one first`);
}

function note(
  deps: Deps,
  tx: Tx,
  change: { readonly caller: Caller; readonly action: string; readonly watch: Watch },
): Promise<void> {
  const { caller, action, watch } = change;
  const { project, pattern } = watch;
  const resource = `projects/${project}/watches/${pattern}`;
  return audit(deps, tx, { caller, project, action, resource });
}
