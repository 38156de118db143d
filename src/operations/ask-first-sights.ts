/**
 * Images that admission saw first: where the project watches their repository they are queued, and
 * the request that named them is not kept waiting.
 */
import { isAssayError } from '../domain/error.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import { withDefaultTag } from '../domain/image-reference.ts';
import { HOUR } from '../domain/time.ts';
import type { AdmissionRequest } from '../domain/verdict.ts';
import { readAdmittedReference } from '../policy/image-verdict.ts';
import { findTagEvent } from '../store/image-rows.ts';
import { findScanRequest } from '../store/scan-request-rows.ts';
import type { Deps } from './deps.ts';
import { isKnownImage } from './known-image.ts';
import { requestScan } from './request-scan.ts';
import { findWatches } from './watched-projects.ts';

/** Images of one request that are looked at: a pod of many must not fill the queue. */
const MAX_IMAGES = 20;
/** What failed is not asked for again by each pod of a rollout. */
const AFTER_FAILURE = HOUR;

/** Asks for the images of a request that its project has not seen. Never throws. */
export async function askFirstSights(deps: Deps, request: AdmissionRequest): Promise<void> {
  const images = [...new Set(request.images.map(({ image }) => image))].slice(0, MAX_IMAGES);
  for (const image of images) {
    const reference = readAdmittedReference(image);
    if (isAssayError(reference)) continue;
    await askFirstSight(deps, request.project, reference).catch((error: unknown) => {
      const fields = { err: error, project: request.project, image };
      deps.log.warn(fields, 'an image that admission saw first is not queued');
    });
  }
}

async function askFirstSight(
  deps: Deps,
  project: string,
  reference: ImageReference,
): Promise<void> {
  const watches = await findWatches(deps.store, reference);
  const watch = watches.find((one) => one.project === project && one.firstSight);
  if (watch === undefined) return;
  if (await isKnown(deps, project, reference)) return;
  const { name, tag, digest } = withDefaultTag(reference);
  const image = digest === undefined ? `${name}:${tag}` : `${name}@${digest}`;
  if (await isAsked(deps, { project, resourceUri: image })) return;
  await requestScan(deps, { project, image, origin: 'webhook', inner: watch.inner });
}

async function isKnown(deps: Deps, project: string, reference: ImageReference): Promise<boolean> {
  const { name, tag = '', digest: given } = withDefaultTag(reference);
  const digest = given ?? (await findTagEvent(deps.store, { repository: name, tag }))?.digest;
  if (digest === undefined) return false;
  return isKnownImage(deps.store, { project, resourceUri: `${name}@${digest}`, digest });
}

async function isAsked(
  deps: Deps,
  key: { readonly project: string; readonly resourceUri: string },
): Promise<boolean> {
  const asked = await findScanRequest(deps.store, key);
  if (asked?.state === 'waiting') return true;
  return asked !== undefined && asked.changeTime > deps.now() - AFTER_FAILURE;
}
