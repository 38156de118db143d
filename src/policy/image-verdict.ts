/** What all judgements of an image share: its reference is read, a verdict put together. */
import { AssayError } from '../domain/error.ts';
import {
  type ImageReference,
  formatImageReference,
  parseImageReference,
  refuseDigestLikeTag,
} from '../domain/image-reference.ts';
import type { ImageVerdict, RequestedImage, VerdictStep } from '../domain/verdict.ts';
import { type Finding, step } from './finding.ts';

/**
 * Reads an image for admission: any reference of the grammar, except one with a digest for a tag.
 */
export function readAdmittedReference(image: string): ImageReference | AssayError {
  try {
    const reference = parseImageReference(image);
    refuseDigestLikeTag(reference);
    return reference;
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
}

/** The verdict over what is no reference: denied by every policy. */
export function malformed(image: RequestedImage, error: AssayError): ImageVerdict {
  return {
    ...image,
    outcome: 'deny',
    enforced: true,
    sentence: `Denied: the image reference does not parse: ${error.message}`,
    found: JSON.stringify(image.image.slice(0, 300)),
    wanted: 'an image reference such as registry.example/team/app@sha256:…',
    fix: 'correct the image field of the workload',
    steps: [step('parse-reference', 'fail', error.message)],
  };
}

/** Puts a finding together with the image that it is about. */
export function verdictOf(
  image: RequestedImage,
  reference: ImageReference,
  judged: {
    readonly before: readonly VerdictStep[];
    readonly finding: Finding;
    readonly enforced: boolean;
  },
): ImageVerdict {
  const { steps, ...rest } = judged.finding;
  return {
    ...image,
    reference: formatImageReference(reference),
    ...(reference.digest === undefined ? {} : { digest: reference.digest }),
    ...rest,
    enforced: judged.enforced,
    steps: [...judged.before, ...steps],
  };
}

/** A finding that lets the image pass. */
export function pass(found: string, steps: readonly VerdictStep[]): Finding {
  return { outcome: 'allow', sentence: '', found, wanted: '', fix: '', steps };
}
