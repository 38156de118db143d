/**
 * What is still to be compared with what a project was told: some images at once, and where
 * advisories changed a walk over all of them, with the place that it has come to. Kept in the job's
 * body, so that a restart goes on there.
 */
import type { Digest } from '../domain/digest.ts';
import { type JobKey, ensureJob, findJobBody, saveJobBody } from '../store/job-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';

/** A walk over all images that a project has sighted. */
export interface AnnouncementWalk {
  /** Images that were compared with this generation of advisories are passed over. */
  readonly generation: number;
  /** Whether the images that run have been put in front. */
  readonly listed: boolean;
  /** The last image that was compared, in the order of sightings. */
  readonly after: { readonly resourceUri: string; readonly digest: string };
}

/** What is to be done. */
export interface AnnouncementWork {
  /** Images to be compared first. */
  readonly queue: readonly Digest[];
  /** Packages whose matches changed; the images that hold them are to be found. */
  readonly packages: readonly number[];
  readonly walk?: AnnouncementWalk;
}

/** Images in the queue; of more, a walk finds them. */
export const MAX_QUEUE = 1000;
/** Packages that are waited with; of more, a walk finds their images. */
const MAX_PACKAGES = 10_000;
/** A generation with which no image was compared yet: a walk passes over none. */
export const EVERY_GENERATION = Number.MAX_SAFE_INTEGER;
const START = { resourceUri: '', digest: '' };

/** The job of a project. */
export function announcementJob(project: string): JobKey {
  return { kind: 'announce-matches', key: project };
}

/** Asks for a project's images to be compared: some, or all with a generation of advisories. */
export async function askForAnnouncement(
  deps: Deps,
  tx: Tx,
  asked: {
    readonly project: string;
    readonly digests?: readonly Digest[];
    readonly packages?: readonly number[];
    readonly generation?: number;
  },
): Promise<void> {
  const job = announcementJob(asked.project);
  await ensureJob(tx, job, deps.now());
  const before = await readWork(tx, job);
  const queue = [...new Set([...before.queue, ...(asked.digests ?? [])])];
  const packages = [...new Set([...before.packages, ...(asked.packages ?? [])])];
  const full = queue.length > MAX_QUEUE || packages.length > MAX_PACKAGES;
  const generation = full ? EVERY_GENERATION : asked.generation;
  const walk = generation === undefined ? before.walk : newWalk(generation);
  const kept = full ? { queue: before.queue, packages: [] } : { queue, packages };
  await saveJobBody(tx, job, { ...kept, ...(walk === undefined ? {} : { walk }) });
}

/** A walk from the first image on. */
export function newWalk(generation: number): AnnouncementWalk {
  return { generation, listed: false, after: START };
}

/** What a job has to do. */
export async function readWork(db: Parameters<typeof findJobBody>[0], job: JobKey) {
  const body = await findJobBody<AnnouncementWork>(db, job);
  const { queue = [], packages = [], walk } = body ?? {};
  const work: AnnouncementWork = { queue, packages, ...(walk === undefined ? {} : { walk }) };
  return work;
}
