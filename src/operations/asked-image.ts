/**
 * Images that a project has sighted or asked for, in one order: what waits is seen from the first
 * second, but nothing of what is in it until the project has sighted it itself.
 */
import type { ScanProgress } from '../domain/scan-origin.ts';
import { listHeldScans } from '../store/scan-job-rows.ts';
import {
  digestOfRequest,
  findScanRequest,
  listScanRequests,
  type ScanRequest,
} from '../store/scan-request-rows.ts';
import { findSighting, listSightings, type Sighting } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';

/** An image as a project knows it. */
export interface AskedImage {
  readonly resourceUri: string;
  /** Absent: it was asked for, and is not sighted. */
  readonly sighting?: Sighting;
  /** Absent: nothing is asked of it now. */
  readonly asked?: ScanRequest & { readonly progress: ScanProgress };
}

/** Which images: from a resource URI on (that one included), below another. */
export interface AskedRange {
  readonly project: string;
  readonly from: { readonly resourceUri: string; readonly digest: string };
  readonly below: string;
  readonly limit: number;
  /** Without what is only asked for by a tag whose digest is not known. */
  readonly withDigest?: boolean;
}

/** Lists them by resource URI. */
export async function listAskedImages(deps: Deps, range: AskedRange): Promise<AskedImage[]> {
  const { project, from, below, limit, withDigest = false } = range;
  const asked = { project, from: from.resourceUri, below, limit, withDigest };
  const [sightings, requests] = await Promise.all([
    listSightings(deps.store, range),
    listScanRequests(deps.store, asked),
  ]);
  const known = new Map<string, AskedImage>();
  for (const sighting of sightings) {
    known.set(sighting.resourceUri, { resourceUri: sighting.resourceUri, sighting });
  }
  for (const one of await withProgress(deps, requests)) {
    const { resourceUri } = one;
    known.set(resourceUri, { ...known.get(resourceUri), resourceUri, asked: one });
  }
  const all = [...known.values()].toSorted((a, b) => (a.resourceUri < b.resourceUri ? -1 : 1));
  return all.slice(0, limit);
}

/** One image by its resource URI; undefined where the project knows nothing of it. */
export async function findAskedImage(
  deps: Deps,
  key: { readonly project: string; readonly resourceUri: string },
): Promise<AskedImage | undefined> {
  const request = await findScanRequest(deps.store, key);
  const { resourceUri } = key;
  const at = resourceUri.lastIndexOf('@');
  const digest = resourceUri.slice(at + 1) as Sighting['digest'];
  const sighting = at < 0 ? undefined : await findSighting(deps.store, { ...key, digest });
  if (request === undefined && sighting === undefined) return undefined;
  const [asked] = await withProgress(deps, request === undefined ? [] : [request]);
  return { resourceUri, ...(sighting && { sighting }), ...(asked && { asked }) };
}

/**
 * A sighting that stands for an image which was only asked for; undefined: its digest is not known.
 */
export function awaitedSighting(request: ScanRequest): Sighting | undefined {
  const digest = digestOfRequest(request);
  if (digest === undefined) return undefined;
  const { project, resourceUri, requestTime: firstSeen, changeTime: lastSeen } = request;
  return { project, resourceUri, digest, firstSeen, lastSeen };
}

async function withProgress(
  deps: Deps,
  requests: readonly ScanRequest[],
): Promise<readonly (ScanRequest & { readonly progress: ScanProgress })[]> {
  const keys = requests.filter(({ state }) => state === 'waiting').map(({ jobKey }) => jobKey);
  const held = await listHeldScans(deps.store, [...new Set(keys)], deps.now());
  return requests.map((one) => ({ ...one, progress: progressOf(one, held) }));
}

function progressOf({ state, jobKey }: ScanRequest, held: ReadonlySet<string>): ScanProgress {
  if (state === 'failed') return 'FAILED';
  return held.has(jobKey) ? 'SCANNING' : 'PENDING';
}
