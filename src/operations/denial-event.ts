/** What is told of a decision that denied, also where a dry run or break-glass let it in. */
import type { JsonObject } from '../domain/json.ts';
import type { AdmissionRequest, ImageVerdict, Verdict } from '../domain/verdict.ts';

const MAX_IMAGES = 3;
/** Characters of an image's name, and of a sentence: an event has some 6 KB at the most. */
const MAX_NAME = 500;
const MAX_TEXT = 300;

/** The data of the event; undefined where nothing was denied. The decision's id is added later. */
export function denialData(request: AdmissionRequest, verdict: Verdict): JsonObject | undefined {
  if (verdict.outcome === 'allow') return undefined;
  const { project, cluster, namespace } = request;
  const denied = verdict.images.filter(({ outcome }) => outcome !== 'allow');
  return {
    schemaVersion: 1,
    project,
    cluster,
    namespace: namespace?.slice(0, MAX_TEXT),
    outcome: verdict.outcome,
    allowed: verdict.allowed,
    breakGlass: verdict.breakGlass,
    dryRun: verdict.dryRun,
    images: denied.slice(0, MAX_IMAGES).map(imageData),
    imageCount: denied.length,
    policies: verdict.policies,
  };
}

function imageData(image: ImageVerdict): JsonObject {
  const { reference, digest } = image;
  return {
    image: image.image.slice(0, MAX_NAME),
    reference: reference?.slice(0, MAX_NAME),
    digest,
    sentence: image.sentence.slice(0, MAX_TEXT),
    found: image.found.slice(0, MAX_TEXT),
    wanted: image.wanted.slice(0, MAX_TEXT),
    fix: image.fix.slice(0, MAX_TEXT),
  };
}
