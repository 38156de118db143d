/**
 * A project's images, a few at a time, compared with what the project was told: first those that
 * were asked for, then those that run, then all in the order of their names. A turn is bounded and
 * leaves its place in the job.
 */
import type { Digest } from '../domain/digest.ts';
import { SECOND } from '../domain/time.ts';
import { countDeliveries } from '../store/delivery-rows.ts';
import { type KnownDestination, listDestinations } from '../store/destination-rows.ts';
import { type LeasedJob, finishJob, isHeld, saveJobBody } from '../store/job-rows.ts';
import { findImagesWith } from '../store/package-holders.ts';
import { type Sighting, listSightings, listSightingsOf } from '../store/sighting-rows.ts';
import { type Audience, announceSighting } from './announce-sighting.ts';
import {
  type AnnouncementWalk,
  type AnnouncementWork,
  EVERY_GENERATION,
  MAX_QUEUE,
  newWalk,
  readWork,
} from './announcement-job.ts';
import type { Deps } from './deps.ts';
import { isPassing } from './passing-error.ts';
import { listRunningImages } from './running-images.ts';

/** Images that one turn compares. */
const IMAGES = 10;
/** Names of one image that are compared at once. */
const NAMES = 100;
/** Events on their way to one destination beyond which no more are made for now. */
const ENOUGH = 2000;
const PAUSE = 5 * SECOND;
/** Above every text of a key. */
const TOP = '\u{10FFFF}';

/** One turn. */
export async function announceMatches(deps: Deps, job: LeasedJob): Promise<void> {
  const destinations = (await listDestinations(deps.store, job.key)).filter(wantsOccurrences);
  if (destinations.length === 0) return finish(deps, job, () => ({ queue: [], packages: [] }));
  if (await areBusy(deps, destinations)) {
    const again = deps.now() + PAUSE;
    return deps.store.write((tx) => finishJob(tx, job, again));
  }
  const since = Math.min(...destinations.map(({ createTime }) => createTime));
  const work = await readWork(deps.store, job);
  const turn = await nextTurn(deps, job.key, work);
  const audience: Audience = { job, destinations, since };
  for (const sighting of turn.sightings) {
    await announceOne(deps, audience, { ...turn, sighting });
  }
  return finish(deps, job, turn.progress);
}

/** One image that cannot be read holds up no other; what may pass is tried again. */
async function announceOne(
  deps: Deps,
  audience: Audience,
  one: { readonly sighting: Sighting; readonly generation?: number },
): Promise<void> {
  try {
    await announceSighting(deps, audience, one);
  } catch (error) {
    if (isPassing(error)) throw error;
    const { project, resourceUri } = one.sighting;
    deps.log.error({ err: error, project, resourceUri }, 'an image cannot be compared; left out');
  }
}

function wantsOccurrences({ selection }: KnownDestination): boolean {
  return selection.types.some((type) => type.startsWith('assay.occurrence.'));
}

/** A destination that stands still is not waited for: its backlog fills to its bound. */
async function areBusy(deps: Deps, destinations: readonly KnownDestination[]): Promise<boolean> {
  for (const { id, failures } of destinations) {
    if (failures === 0 && (await countDeliveries(deps.store, id)) > ENOUGH) return true;
  }
  return false;
}

interface Turn {
  readonly sightings: readonly Sighting[];
  readonly generation?: number;
  /** What is left to do of what there is to do by then. */
  readonly progress: (work: AnnouncementWork) => AnnouncementWork;
}

async function nextTurn(deps: Deps, project: string, work: AnnouncementWork): Promise<Turn> {
  const { queue, packages, walk } = work;
  if (queue.length > 0) return turnOfQueue(deps, project, queue);
  if (packages.length > 0) return turnOfPackages(deps, project, packages);
  if (walk === undefined) return { sightings: [], progress: (now) => now };
  if (!walk.listed) return turnOfRunning(deps, project, walk);
  const { generation, after } = walk;
  const list = { project, from: after, below: TOP, limit: IMAGES + 1 };
  const found = (await listSightings(deps.store, list)).filter(
    ({ resourceUri, digest }) => resourceUri !== after.resourceUri || digest !== after.digest,
  );
  const sightings = found.slice(0, IMAGES);
  const last = sightings.at(-1);
  const place = last && { resourceUri: last.resourceUri, digest: last.digest };
  const progress = onWalk(walk, place && { generation, listed: true, after: place });
  return { sightings, generation, progress };
}

/** An image may have many names: as many images are taken as have few enough together. */
async function turnOfQueue(deps: Deps, project: string, waiting: readonly Digest[]): Promise<Turn> {
  const sightings: Sighting[] = [];
  const done = new Set<Digest>();
  for (const digest of waiting) {
    if (sightings.length >= IMAGES || done.size >= IMAGES) break;
    sightings.push(...(await listSightingsOf(deps.store, { project, digest, limit: NAMES })));
    done.add(digest);
  }
  const progress: Turn['progress'] = ({ queue, ...rest }) => ({
    ...rest,
    queue: queue.filter((digest) => !done.has(digest)),
  });
  return { sightings, progress };
}

/** Puts the images that hold packages whose matches changed into the queue, running ones first. */
async function turnOfPackages(
  deps: Deps,
  project: string,
  changed: readonly number[],
): Promise<Turn> {
  const packages = new Set(changed);
  const limit = MAX_QUEUE + 1;
  const found = await findImagesWith(deps.store, { project, packages, limit });
  const running = new Set(await listRunningImages(deps, project));
  const digests = [
    ...found.filter((digest) => running.has(digest)),
    ...found.filter((digest) => !running.has(digest)),
  ];
  const progress: Turn['progress'] = ({ queue, packages: waiting, ...rest }) => {
    const left = waiting.filter((id) => !packages.has(id));
    const more = new Set([...queue, ...digests]);
    return more.size > MAX_QUEUE
      ? { queue, packages: left, walk: newWalk(EVERY_GENERATION) }
      : { ...rest, queue: [...more], packages: left };
  };
  return { sightings: [], progress };
}

/** Puts the images that run into the queue. */
async function turnOfRunning(deps: Deps, project: string, walk: AnnouncementWalk): Promise<Turn> {
  const running = await listRunningImages(deps, project);
  const step = onWalk(walk, { ...walk, listed: true });
  const progress: Turn['progress'] = (work) => {
    const { queue, ...rest } = step(work);
    return { ...rest, queue: [...new Set([...queue, ...running])] };
  };
  return { sightings: [], progress };
}

/** Goes on with a walk unless another has begun meanwhile; undefined: it is at its end. */
function onWalk(walk: AnnouncementWalk, next: AnnouncementWalk | undefined): Turn['progress'] {
  return ({ walk: now, ...rest }) => {
    if (now?.generation !== walk.generation || now.listed !== walk.listed) {
      return { ...rest, ...(now === undefined ? {} : { walk: now }) };
    }
    return { ...rest, ...(next === undefined ? {} : { walk: next }) };
  };
}

function finish(deps: Deps, job: LeasedJob, progress: Turn['progress']): Promise<void> {
  return deps.store.write(async (tx) => {
    if (!(await isHeld(tx, job))) return;
    const left = progress(await readWork(tx, job));
    await saveJobBody(tx, job, left);
    const { queue, packages, walk } = left;
    const more = queue.length > 0 || packages.length > 0 || walk !== undefined;
    await finishJob(tx, job, more ? deps.now() : undefined);
  });
}
