/** Asking as a Kubernetes API server does: an ImageReview over TLS, with the server's own authority. */
import { request } from 'node:https';
import { text } from 'node:stream/consumers';

/** What the webhook answered. */
export interface ReviewAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly auditAnnotations: Readonly<Record<string, string>>;
}

/** Where reviews go. */
export interface ReviewTarget {
  /** e.g. `https://127.0.0.1:8443/image_policy`. */
  readonly url: string;
  /** The authority's certificate (PEM); no other is trusted. */
  readonly ca: string;
}

const TIMEOUT_MS = 30_000;

/** The ImageReview of a pod with one container. */
export function makeReview(image: string, annotations: Readonly<Record<string, string>>): object {
  return {
    apiVersion: 'imagepolicy.k8s.io/v1alpha1',
    kind: 'ImageReview',
    spec: { containers: [{ image }], annotations, namespace: 'default' },
  };
}

/** Sends a review and reads the answer; throws where it is not a valid one. */
export async function sendReview(target: ReviewTarget, review: object): Promise<ReviewAnswer> {
  const body = await post(target, JSON.stringify(review));
  const answer = JSON.parse(body) as { kind?: string; status?: Partial<ReviewAnswer> };
  const { allowed, reason = '', auditAnnotations = {} } = answer.status ?? {};
  if (answer.kind !== 'ImageReview' || typeof allowed !== 'boolean') {
    throw new Error(`the webhook answered ${body.slice(0, 300)}; wanted an ImageReview`);
  }
  return { allowed, reason, auditAnnotations };
}

function post({ url, ca }: ReviewTarget, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: 'POST',
      ca,
      agent: false,
      headers: { 'content-type': 'application/json' },
      timeout: TIMEOUT_MS,
    });
    asked.on('response', (answer) => text(answer).then(resolve, reject));
    asked.on('timeout', () => asked.destroy(new Error(`${url} did not answer in time`)));
    asked.on('error', reject);
    asked.end(body);
  });
}
