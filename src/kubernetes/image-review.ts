/**
 * ImageReview of `imagepolicy.k8s.io/v1alpha1`: the question that the API server's
 * ImagePolicyWebhook sends, and the answer it takes. `metadata` and `status` of the question are
 * there and mean nothing.
 */
import type { JsonObject } from '../domain/json.ts';
import type { RequestedImage } from '../domain/verdict.ts';
import { readPolicyAnnotations } from './policy-annotations.ts';
import { readList, readObject, readText, wrongField } from './read-field.ts';

/** What a cluster object or review asks about. */
export interface ReviewedImages {
  /** At least one, as written, in order. */
  readonly images: readonly RequestedImage[];
  readonly namespace?: string;
  /** Name of the pod's service account; an ImageReview says none. */
  readonly serviceAccount?: string;
  /** Only keys of `*.image-policy.k8s.io/`. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** What a reviewer answers. */
export interface ImageReviewAnswer {
  readonly allowed: boolean;
  /** Shown to whoever made the pod; left out when empty. */
  readonly reason?: string;
  /** Lands in the API server's audit log under `imagepolicywebhook.image-policy.k8s.io/`. */
  readonly auditAnnotations?: Readonly<Record<string, string>>;
}

/** Most images in one review or object. */
export const MAX_IMAGES = 512;
/** Longest image text that is carried on; the reference grammar ends far below. */
export const MAX_IMAGE_LENGTH = 4096;
/** Longest namespace: a DNS label has 63 characters, a subdomain 253. */
export const MAX_NAMESPACE_LENGTH = 253;

const API_VERSION = 'imagepolicy.k8s.io/v1alpha1';
const KIND = 'ImageReview';

/**
 * Reads an ImageReview. Refuses, with `invalid-argument` and the field's path, another kind or
 * version, wrong types, no image at all and what is over a cap. A left-out image is an empty one,
 * which no policy admits.
 */
export function parseImageReview(body: unknown): ReviewedImages {
  const review = readObject(body, 'the body');
  if (review['kind'] !== KIND) throw wrongField('kind', review['kind'], `"${KIND}"`);
  if (review['apiVersion'] !== API_VERSION) {
    throw wrongField('apiVersion', review['apiVersion'], `"${API_VERSION}"`);
  }
  const spec = readObject(review['spec'], 'spec');
  const images = readContainers(spec['containers'], 'spec.containers');
  if (images.length === 0) throw wrongField('spec.containers', spec['containers'], 'a container');
  const namespace = readText(spec['namespace'], 'spec.namespace', MAX_NAMESPACE_LENGTH);
  return {
    images,
    ...(namespace === undefined || namespace === '' ? {} : { namespace }),
    annotations: readPolicyAnnotations(spec['annotations'], 'spec.annotations'),
  };
}

/** Prints an answer as the API server takes it. */
export function formatImageReview(answer: ImageReviewAnswer): JsonObject {
  const { allowed, reason, auditAnnotations } = answer;
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    status: {
      allowed,
      ...(reason === undefined || reason === '' ? {} : { reason }),
      ...(auditAnnotations === undefined ? {} : { auditAnnotations }),
    },
  };
}

/** Reads the images of a list of containers, `field` being the list's path. */
export function readContainers(value: unknown, field: string): readonly RequestedImage[] {
  return readList(value, field, MAX_IMAGES).map((item, index) => {
    const container = readObject(item, `${field}[${index}]`);
    const at = `${field}[${index}].image`;
    return { image: readText(container['image'], at, MAX_IMAGE_LENGTH) ?? '', field: at };
  });
}
