/**
 * The reviews that are asked: ten thousand different ones, half of them over attested digests, some
 * whitelisted, some denied, as a cluster of many namespaces would send them.
 */
import { createHash } from 'node:crypto';

/** One ImageReview with the answer that it must get. */
export interface AskedReview {
  readonly body: string;
  readonly allowed: boolean;
}

/** An image by digest. */
export interface DigestImage {
  readonly name: string;
  readonly digest: string;
}

/** How many different reviews there are. */
export const REVIEWS = 10_000;
const ATTESTED = 500;
const WHITELISTED = 'gcr.io/google-containers';

/** What the policy lets in without proof. */
export const WHITELIST: readonly string[] = [
  `${WHITELISTED}/*`,
  ...Array.from({ length: 50 }, (_, at) => `registry-${at}.example.com/base/**`),
];

/** The images that have a proof. */
export function attestedImages(): readonly DigestImage[] {
  return Array.from({ length: ATTESTED }, (_, at) => imageOf('attested', at));
}

/** All reviews; each has its own namespace, and no two ask about the same images there. */
export function listReviews(): readonly AskedReview[] {
  const attested = attestedImages();
  return Array.from({ length: REVIEWS }, (_, at) => {
    const count = 1 + (at % 3);
    const images = Array.from({ length: count }, (_unused, container) => {
      if (at % 10 < 5) return format(attested[(at * 7 + container) % ATTESTED]);
      if (at % 10 < 8) return `${WHITELISTED}/pause-${at}:3.${container}`;
      return format(imageOf('unsigned', at + container));
    });
    return { body: formatReview(images, `ns-${at}`), allowed: at % 10 < 8 };
  });
}

function imageOf(kind: string, at: number): DigestImage {
  const hex = createHash('sha256').update(`${kind} ${at}`).digest('hex');
  return { name: `registry.example.com/team-${at % 40}/${kind}-${at}`, digest: `sha256:${hex}` };
}

function format(image: DigestImage | undefined): string {
  if (image === undefined) throw new Error('no such image');
  return `${image.name}@${image.digest}`;
}

/** As an API server writes it. */
function formatReview(images: readonly string[], namespace: string): string {
  return JSON.stringify({
    kind: 'ImageReview',
    apiVersion: 'imagepolicy.k8s.io/v1alpha1',
    metadata: { creationTimestamp: null },
    spec: { containers: images.map((image) => ({ image })), namespace },
    status: { allowed: false },
  });
}
