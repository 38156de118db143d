/** By which text facts of an image are found: equal references have one, however written. */
import { isAssayError } from '../domain/error.ts';
import {
  formatImageReference,
  type ImageReference,
  parseImageReference,
  withDefaultTag,
} from '../domain/image-reference.ts';

/** `NAME@DIGEST`, else `NAME:TAG`: a tag beside a digest says nothing. */
export function factsKeyOf(reference: ImageReference): string {
  const { name, digest } = reference;
  return digest === undefined
    ? formatImageReference(withDefaultTag(reference))
    : `${name}@${digest}`;
}

/** The key of a text; of what is no reference, the text itself. */
export function factsKey(text: string): string {
  try {
    return factsKeyOf(parseImageReference(text));
  } catch (error) {
    if (isAssayError(error)) return text;
    throw error;
  }
}
