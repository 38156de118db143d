/**
 * After a new extractor: the images that an earlier one has read are put into the queue of scans,
 * behind all others, a few at a time. Until one is read anew its old packages stand, and its answer
 * says which extractor they are of. A registry of our own network is called again where a watch
 * lets it be: the right of whoever once asked for a scan there has ended with that scan.
 */
import { isAssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import { EXTRACTOR_VERSION } from '../scanner/extract/extractor-version.ts';
import {
  ensureJob,
  findJobBody,
  finishJob,
  isHeld,
  type JobKey,
  type LeasedJob,
  saveJobBody,
} from '../store/job-rows.ts';
import {
  listOutdatedImages,
  type OutdatedImage,
  type OutdatedPlace,
} from '../store/outdated-images.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { addScanRequest, type ScanAsked } from './request-scan.ts';
import { findWatches } from './watched-projects.ts';

const JOB: JobKey = { kind: 'reread-images', key: '' };
/** Images that one turn asks for. */
const IMAGES = 50;
/** Behind the indexes, which no extractor reads. */
const START: OutdatedPlace = { version: 0, digest: '~' };
/** How long it waits where the queue is full. */
const PAUSE: Micros = 60 * SECOND;

/** At the start of a server: asks for the job where an earlier extractor has read something. */
export async function checkExtractor(deps: Deps, version = EXTRACTOR_VERSION): Promise<void> {
  const page = { after: START, below: version, limit: 1 };
  if ((await listOutdatedImages(deps.store, page)).length === 0) return;
  await deps.store.write((tx) => ensureJob(tx, JOB, deps.now()));
}

/** One turn; a place in the job's body says where the next one goes on. */
export async function rereadImages(
  deps: Deps,
  job: LeasedJob,
  version = EXTRACTOR_VERSION,
): Promise<void> {
  const { after = START } = (await findJobBody<{ after: OutdatedPlace }>(deps.store, job)) ?? {};
  const page = { after, below: version, limit: IMAGES };
  const images = await listOutdatedImages(deps.store, page);
  await deps.store.write(async (tx) => {
    if (!(await isHeld(tx, job))) return;
    const asked = await askFor(deps, tx, images);
    const last = images[asked - 1]?.place ?? after;
    const done = asked === images.length && images.length < IMAGES;
    await saveJobBody(tx, job, done ? {} : { after: last });
    const now = deps.now();
    await finishJob(tx, job, done ? undefined : asked < images.length ? now + PAUSE : now);
  });
}

/** How many of them are asked for, or need not be: the queue may be full. */
async function askFor(deps: Deps, tx: Tx, images: readonly OutdatedImage[]): Promise<number> {
  for (const [at, { seen }] of images.entries()) {
    const place = await bestPlace(tx, seen);
    if (place === undefined) continue;
    try {
      await addScanRequest(deps, tx, { ...place, origin: 're-read' });
    } catch (error) {
      if (isAssayError(error) && error.code === 'too-many') return at;
      throw error;
    }
  }
  return images.length;
}

type Place = Pick<ScanAsked, 'project' | 'image' | 'inner'>;

/** One reading serves all projects: it is made where one watches, with the rights of its watch. */
async function bestPlace(tx: Tx, seen: OutdatedImage['seen']): Promise<Place | undefined> {
  const places: Place[] = [];
  for (const { project, resourceUri: image } of seen) {
    const watches = await findWatches(tx, parseImageReference(image));
    const watch = watches.find((one) => one.project === project);
    if (watch?.inner === true) return { project, image, inner: true };
    if (watch === undefined) places.push({ project, image });
    else places.unshift({ project, image });
  }
  return places[0];
}
