/**
 * Asking for an image to be scanned without waiting for it. Whoever calls this has authorised: the
 * trigger did, each by its own permission.
 */
import { AssayError } from '../domain/error.ts';
import {
  parseImageReference,
  refuseDigestLikeTag,
  withDefaultTag,
} from '../domain/image-reference.ts';
import { SCAN_ORIGINS, type ScanOrigin } from '../domain/scan-origin.ts';
import { ensureScanJob } from '../store/scan-job-rows.ts';
import {
  countWaitingRequests,
  findScanRequest,
  saveScanRequest,
  type ScanRequest,
} from '../store/scan-request-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';

/** Tags of one image that are compared with what its registry says. */
const MAX_TAGS = 5;

/** Which image, for which project, and what had it scanned. */
export interface ScanAsked {
  readonly project: string;
  /** A reference with a digest or a tag; with neither its tag is `latest`. */
  readonly image: string;
  readonly origin: ScanOrigin;
  /** A tag that was said to point at the digest. */
  readonly tag?: string;
  /** Whether a registry of our own network may be called; absent: as its host is allowed to. */
  readonly inner?: boolean;
}

/** What was asked for, as it stands now. */
export interface AskedScan {
  readonly project: string;
  /** `registry/path@digest`, or `registry/path:tag`. */
  readonly resourceUri: string;
  readonly state: 'PENDING';
}

/**
 * Puts an image into the queue, once per digest over all replicas and projects; each project that
 * asks gets its sighting. Throws `too-many` where the project's queue is full.
 */
export function requestScan(deps: Deps, asked: ScanAsked): Promise<AskedScan> {
  return deps.store.write((tx) => addScanRequest(deps, tx, asked));
}

/** As {@link requestScan}, in the transaction of what had it asked for. */
export async function addScanRequest(deps: Deps, tx: Tx, asked: ScanAsked): Promise<AskedScan> {
  const reference = withDefaultTag(parseImageReference(asked.image));
  refuseDigestLikeTag(reference);
  const { name, tag, digest } = reference;
  const resourceUri = digest === undefined ? `${name}:${tag}` : `${name}@${digest}`;
  const { project, origin } = asked;
  const before = await findScanRequest(tx, { project, resourceUri });
  const waiting = before?.state === 'waiting' ? before : undefined;
  if (waiting === undefined) await refuseMany(tx, asked);
  const jobKey = digest ?? resourceUri;
  const request = merge(asked, waiting, deps.now());
  await saveScanRequest(tx, { ...request, project, resourceUri, jobKey });
  await ensureScanJob(tx, {
    key: jobKey,
    priority: SCAN_ORIGINS[origin].priority,
    registry: reference.domain,
    runAt: deps.now(),
  });
  return { project, resourceUri, state: 'PENDING' };
}

type Merged = Omit<ScanRequest, 'project' | 'resourceUri' | 'jobKey'>;

/** What waits already keeps its place, its more urgent origin and its tries. */
function merge(asked: ScanAsked, waiting: ScanRequest | undefined, now: number): Merged {
  const { tag, inner = false, origin } = asked;
  const known = waiting?.tags ?? [];
  const tags = [...new Set([...known, ...(tag === undefined ? [] : [tag])])].slice(-MAX_TAGS);
  const fresh = { state: 'waiting', origin, requestTime: now, changeTime: now } as const;
  if (waiting === undefined) return { ...fresh, tags, inner, failures: 0 };
  const urgent = SCAN_ORIGINS[waiting.origin].priority <= SCAN_ORIGINS[origin].priority;
  return {
    ...waiting,
    origin: urgent ? waiting.origin : origin,
    tags,
    inner: inner || waiting.inner,
  };
}

async function refuseMany(tx: Tx, { project, origin }: ScanAsked): Promise<void> {
  const { room } = SCAN_ORIGINS[origin];
  if ((await countWaitingRequests(tx, project)) < room) return;
  throw new AssayError(
    'too-many',
    `${room} images of project ${project} wait to be scanned; try again when fewer do`,
    { details: { retryAfterSeconds: 30 } },
  );
}
