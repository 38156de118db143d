/**
 * Polling a watched repository: its tags are listed a page at a time, and what points at another
 * digest than was last heard of is scanned. Where it stands is kept between pages, so that a
 * repository of many tags is read through by and by.
 */
import { isAssayError } from '../domain/error.ts';
import { type ImageReference, parseImageReference } from '../domain/image-reference.ts';
import type { Digest } from '../domain/digest.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import type { Watch } from '../domain/watch.ts';
import { findTagEvent } from '../store/image-rows.ts';
import {
  deleteJob,
  findJobBody,
  finishJob,
  isHeld,
  type LeasedJob,
  saveJobBody,
} from '../store/job-rows.ts';
import { findWatch } from '../store/watch-rows.ts';
import type { Deps } from './deps.ts';
import { isKnownImage } from './known-image.ts';
import { addScanRequest } from './request-scan.ts';
import { noteTag } from './resolve-request.ts';
import { parseWatchJob, type PollState } from './watch-job.ts';

/** Tags that one turn looks at: it must end well before its lease does. */
const PAGE = 40;
/** Of those, looked up at once. */
const TOGETHER = 4;
/** Tags of one repository that a round looks at. */
const MAX_TAGS = 5000;
const NEXT_PAGE: Micros = SECOND;
/** What cannot be done now is tried again after so long at the earliest. */
const AFTER_FAILURE: Micros = 60 * SECOND;

interface Polled {
  readonly state: PollState;
  readonly wait: Micros;
}

/** One turn: one page of tags. */
export async function pollWatch(
  deps: Deps,
  job: LeasedJob,
  stopping: AbortSignal = new AbortController().signal,
): Promise<void> {
  const watch = await findWatch(deps.store, parseWatchJob(job.key));
  if (watch?.pollEvery === undefined || !watch.on) {
    return deps.store.write((tx) => deleteJob(tx, job));
  }
  const every = watch.pollEvery;
  const before = (await findJobBody<PollState>(deps.store, job)) ?? {};
  const { state, wait } = await pollPage(deps, { watch, every, before, stopping }).catch(
    (error: unknown) => failed(deps, { watch, every, before }, error),
  );
  await deps.store.write(async (tx) => {
    if (!(await isHeld(tx, job))) return;
    await saveJobBody(tx, job, state);
    await finishJob(tx, job, deps.now() + wait);
  });
}

interface Poll {
  readonly watch: Watch;
  readonly every: Micros;
  readonly before: PollState;
}

async function pollPage(
  deps: Deps,
  { watch, every, before, stopping }: Poll & { readonly stopping: AbortSignal },
): Promise<Polled> {
  const repository = parseImageReference(watch.pattern);
  if (!watch.inner) await deps.guardRegistry?.(repository);
  const { tags, more } = await deps.listTags(repository, { limit: PAGE, after: before.after });
  await pollTags(deps, watch, { tags, repository, stopping });
  if (stopping.aborted) return { state: before, wait: 0 };
  const seen = (before.seen ?? 0) + tags.length;
  const last = tags.at(-1);
  if (more && last !== undefined && seen < MAX_TAGS) {
    return { state: { after: last, seen }, wait: NEXT_PAGE };
  }
  const cut = more ? { problem: `only the first ${seen} tags are looked at` } : {};
  return { state: { pollTime: deps.now(), ...cut }, wait: jittered(deps, every) };
}

async function pollTags(
  deps: Deps,
  watch: Watch,
  page: {
    readonly tags: readonly string[];
    readonly repository: ImageReference;
    readonly stopping: AbortSignal;
  },
): Promise<void> {
  const queue = [...page.tags];
  const worker = async (): Promise<void> => {
    for (let tag = queue.shift(); tag !== undefined; tag = queue.shift()) {
      if (page.stopping.aborted) return;
      await pollTag(deps, watch, { ...page.repository, tag });
    }
  };
  await Promise.all(Array.from({ length: TOGETHER }, worker));
}

type Tagged = ImageReference & { readonly tag: string };

async function pollTag(deps: Deps, watch: Watch, reference: Tagged): Promise<void> {
  const digest = await resolve(deps, reference);
  if (digest === undefined) return;
  const { name: repository, tag } = reference;
  const { project, inner } = watch;
  const image = `${repository}@${digest}`;
  const last = await findTagEvent(deps.store, { repository, tag });
  const known = await isKnownImage(deps.store, { project, resourceUri: image, digest });
  if (last?.digest === digest && known) return;
  await deps.store.write(async (tx) => {
    await noteTag(deps, tx, { repository, tag, digest, source: 'poll' });
    if (!known) await addScanRequest(deps, tx, { project, image, origin: 'poll', inner });
  });
}

/** A tag that is gone, or names what is no manifest, holds up no other. */
async function resolve(deps: Deps, reference: Tagged): Promise<Digest | undefined> {
  try {
    return await deps.resolveTag(reference);
  } catch (error) {
    const own = isAssayError(error, 'not-found') || isAssayError(error, 'invalid-reference');
    if (own || isAssayError(error, 'digest-mismatch')) return undefined;
    throw error;
  }
}

/** What failed is kept for `watch list`; the next turn goes on where this one began. */
function failed(deps: Deps, { watch, every, before }: Poll, error: unknown): Polled {
  const { project, pattern } = watch;
  const known = isAssayError(error);
  const full = known && error.code === 'too-many';
  if (!full) deps.log.warn({ err: error, project, pattern }, 'a repository cannot be polled');
  const problem = known ? error.message.slice(0, 500) : 'a defect in Assay; see the server’s log';
  const wait = full ? AFTER_FAILURE : Math.max(AFTER_FAILURE, Math.min(every, 3600 * SECOND));
  return { state: { ...before, problem }, wait: jittered(deps, wait) };
}

/** Many watches that were added together do not stay together. */
function jittered(deps: Deps, wait: Micros): Micros {
  const [byte = 0] = deps.randomBytes(1);
  return Math.round(wait * (0.95 + byte / 2560));
}
