/**
 * Verdicts over requests that cannot be judged: unreadable, or from an unknown place. Always
 * denied.
 */
import type { AdmissionRequest, RequestedImage, Verdict } from '../domain/verdict.ts';
import { step } from './finding.ts';

/** Why a request cannot be judged, in the words of a denial. */
export interface Refusal {
  readonly sentence: string;
  readonly found: string;
  readonly wanted: string;
  readonly fix: string;
}

const NO_IMAGE: RequestedImage = { image: '', field: 'spec.containers' };

/** Denies every image of a request for one reason; a request without images is denied too. */
export function refuseRequest(request: AdmissionRequest, refusal: Refusal): Verdict {
  const images = request.images.length === 0 ? [NO_IMAGE] : request.images;
  return {
    outcome: 'deny',
    allowed: false,
    breakGlass: false,
    dryRun: false,
    policies: [],
    images: images.map((image) => ({
      ...image,
      ...refusal,
      outcome: 'deny',
      enforced: true,
      steps: [step('read-request', 'fail', refusal.found)],
    })),
  };
}
