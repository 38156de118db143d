/**
 * One turn of a scan job: for each project that waits the image is opened in the repository that it
 * named, so that nobody learns of an image by its digest alone; its layers are read once. While it
 * runs its lease is extended, so that a server that dies gives it up soon.
 */
import type { Caller } from '../domain/caller.ts';
import { type ErrorCode, isAssayError } from '../domain/error.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import type { ImageSource } from '../remote/image-source.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import {
  deleteJob,
  findJobBody,
  finishJob,
  isHeld,
  type LeasedJob,
  saveJobBody,
} from '../store/job-rows.ts';
import {
  deleteScanRequest,
  digestOfRequest,
  findScanRequest,
  keepFewFailed,
  listRequestsOfJob,
  saveScanRequest,
  type ScanFailure,
  type ScanRequest,
} from '../store/scan-request-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';
import { keepJob } from './job-lease.ts';
import { checkTags, resolveRequest } from './resolve-request.ts';
import { retryDelay } from './retry-delay.ts';
import { scanImage } from './scan-image.ts';

/** What scans by themselves are audited as. */
const QUEUE: Caller = { name: 'scan-queue', grants: [{ role: 'admin' }] };
/** Failed images of a project that are kept: whoever invents digests fills no disk. */
const MAX_FAILED = 1000;
/** Projects that one turn serves; of more, the next one does. */
const TOGETHER = 50;
/** How often a scan is tried at most. */
const MAX_TRIES = 5;
/** How often in a row servers may die of it. */
const MAX_DEATHS = 5;
/** Codes that another try may mend, and how many tries they get; all others are final. */
const TRIES: Readonly<Partial<Record<ErrorCode, number>>> = {
  unavailable: MAX_TRIES,
  'registry-refused': MAX_TRIES,
  aborted: MAX_TRIES,
  'too-many': MAX_TRIES,
  internal: 3,
  // A registry that is spread out may tell of an image before all of it knows.
  'not-found': 3,
};

/** What a job remembers: the last turn that came to an end; those after it were deaths. */
interface ScanBody {
  readonly settled: number;
}

/** What came of a request: nothing is wrong, or a failure. */
interface Ended {
  readonly request: ScanRequest;
  readonly failure?: ScanFailure;
  readonly retryAfter?: Micros;
}

/** One turn; `stopping` ends it early, and the job is anybody's again. */
export async function runScanJob(
  deps: Deps,
  job: LeasedJob,
  stopping: AbortSignal = new AbortController().signal,
): Promise<void> {
  const requests = await listRequestsOfJob(deps.store, job.key, TOGETHER);
  const { settled = 0 } = (await findJobBody<ScanBody>(deps.store, job)) ?? {};
  if (job.taken - 1 - settled >= MAX_DEATHS) return giveUp(deps, job, requests);
  const kept = keepJob(deps, job);
  const ended: Ended[] = [];
  try {
    for (const request of requests) {
      if (stopping.aborted) break;
      ended.push(await serve(deps, request, stopping));
    }
  } finally {
    await kept.end();
  }
  const done = stopping.aborted ? ended.filter(({ failure }) => failure === undefined) : ended;
  await deps.store.write((tx) => settle(deps, tx, { job, ended: done }));
}

async function serve(deps: Deps, request: ScanRequest, stopping: AbortSignal): Promise<Ended> {
  const { project, resourceUri } = request;
  try {
    const reference = parseImageReference(resourceUri);
    if (!request.inner) await deps.guardRegistry?.(reference);
    if (digestOfRequest(request) === undefined) {
      await resolveRequest(deps, request);
      return { request };
    }
    const scoped = stoppable(deps, stopping);
    await scanImage(scoped, { caller: QUEUE, image: resourceUri, project });
    await checkTags(deps, request);
    return { request };
  } catch (error) {
    // Signatures and charts are pushed to repositories of images: nobody asked for those.
    if (isArtifact(error) && request.origin !== 'request') return { request };
    return { request, ...failureOf(deps, request, error) };
  }
}

function isArtifact(error: unknown): boolean {
  return isAssayError(error, 'invalid-image') && 'artifactType' in error.details;
}

/** Opens images that are closed when the server stops: what reads one then fails at once. */
function stoppable(deps: Deps, stopping: AbortSignal): Deps {
  const openImage = (image: string): ImageSource => {
    const source = deps.openImage(image);
    const close = (): void => void source.close().catch(() => undefined);
    stopping.addEventListener('abort', close, { once: true });
    return {
      ...source,
      close: () => {
        stopping.removeEventListener('abort', close);
        return source.close();
      },
    };
  };
  return { ...deps, openImage };
}

function failureOf(
  deps: Deps,
  { project, resourceUri }: ScanRequest,
  error: unknown,
): Pick<Ended, 'failure' | 'retryAfter'> {
  const fields = { err: error, project, image: resourceUri };
  if (!isAssayError(error)) {
    deps.log.error(fields, 'a scan of the queue failed');
    const message = 'the scan failed by a defect in Assay; the server’s log has the details';
    return { failure: { code: 'internal', message } };
  }
  deps.log.warn(fields, 'a scan of the queue failed');
  const { retryAfterSeconds } = error.details;
  const after = typeof retryAfterSeconds === 'number' ? retryAfterSeconds * SECOND : undefined;
  const failure = { code: error.code, message: error.message.slice(0, 1000) };
  return { failure, ...(after === undefined ? {} : { retryAfter: after }) };
}

async function settle(
  deps: Deps,
  tx: Tx,
  { job, ended }: { readonly job: LeasedJob; readonly ended: readonly Ended[] },
): Promise<void> {
  // Another has taken over; what was read is kept all the same.
  if (!(await isHeld(tx, job))) return;
  let later: Micros | undefined;
  for (const one of ended) {
    const wait = await settleOne(deps, tx, { job, one });
    if (wait !== undefined) later = Math.max(later ?? 0, wait);
  }
  const body: ScanBody = { settled: job.taken };
  await saveJobBody(tx, job, body);
  const served = new Set(ended.map(({ request }) => `${request.project} ${request.resourceUri}`));
  const rest = await listRequestsOfJob(tx, job.key, TOGETHER + 1);
  const fresh = rest.some((one) => !served.has(`${one.project} ${one.resourceUri}`));
  if (fresh) await finishJob(tx, job, deps.now());
  else if (later === undefined) await deleteJob(tx, job);
  else await finishJob(tx, job, deps.now() + later);
}

/** Keeps what came of a request; answers how long it waits for another try, if it does. */
async function settleOne(
  deps: Deps,
  tx: Tx,
  { job, one }: { readonly job: LeasedJob; readonly one: Ended },
): Promise<Micros | undefined> {
  const { request, failure } = one;
  // What was asked since then, such as another tag, is not lost.
  const now = await findScanRequest(tx, request);
  if (now === undefined || now.jobKey !== job.key) return undefined;
  if (failure === undefined) {
    await deleteScanRequest(tx, request);
    return undefined;
  }
  const failures = now.failures + 1;
  const final = failures >= (TRIES[failure.code] ?? 1);
  const state = final ? 'failed' : 'waiting';
  await saveScanRequest(tx, { ...now, state, failures, failure, changeTime: deps.now() });
  if (final) {
    await keepFewFailed(tx, now.project, MAX_FAILED);
    return undefined;
  }
  const [byte = 0] = deps.randomBytes(1);
  return Math.max(one.retryAfter ?? 0, retryDelay(failures, byte / 256));
}

/** Servers died of it, or nobody came to an end with it: its reason stands where it is known. */
async function giveUp(deps: Deps, job: LeasedJob, requests: readonly ScanRequest[]): Promise<void> {
  const message =
    `the scan was begun ${MAX_DEATHS} times and never came to an end; the server may have ` +
    'been killed for its memory: see its log, then ask for the scan again';
  const failure: ScanFailure = { code: 'internal', message };
  await deps.store.write(async (tx) => {
    if (!(await isHeld(tx, job))) return;
    for (const one of requests) {
      const changeTime = deps.now();
      await saveScanRequest(tx, { failure, ...one, state: 'failed', changeTime });
    }
    if (requests.length < TOGETHER) await deleteJob(tx, job);
    else await finishJob(tx, job, deps.now());
  });
}
