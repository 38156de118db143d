/**
 * The URL of a resource that occurrences hang on. Clients write an image's with or without
 * `https://`; both are one resource, so what is compared and looked up is the text without it.
 */
import type { Digest } from './digest.ts';
import { AssayError } from './error.ts';
import { parseImageReference } from './image-reference.ts';

/** A resource URL without its `https://`; of an image, also its name and digest. */
export interface ResourceUrl {
  /** The text without a leading `https://`; any other scheme stays. */
  readonly uri: string;
  /** Normalised repository name, where the URI is `name@digest`. */
  readonly name?: string;
  /** The digest, where the URI is `name@digest`. */
  readonly digest?: Digest;
}

const MAX_LENGTH = 4096;
/** What a name of Docker Hub may begin with: its hosts, or no host at all. */
const HUB_NAME = /^(?:(?:index\.)?docker\.io|[^/.:@]+)(?:[/@]|$)/;

/**
 * Reads a resource URL. Only `https://` is dropped (in any case); everything else stays as it is
 * written. Refuses with `invalid-argument` what is empty, longer than 4096 characters or has
 * control characters.
 */
export function parseResourceUrl(text: string): ResourceUrl {
  const uri = stripScheme(text);
  const problem = urlProblem(uri);
  if (problem === undefined) return { uri, ...imageOf(uri) };
  throw new AssayError(
    'invalid-argument',
    `resource URL ${JSON.stringify(text.slice(0, 300))} ${problem}; ` +
      'write it like https://registry.example/team/app@sha256:…',
  );
}

/** A resource without `https://`, which is how resources are kept and compared. */
export function stripScheme(uri: string): string {
  return uri.replace(/^https:\/\//i, '');
}

/**
 * A resource as it is looked up: without `https://`, and Docker Hub's images, which have several
 * names, by their normalised `name@digest`. A piece of a name for `has_prefix` stays a piece.
 */
export function resourceKey(uri: string): string {
  const text = stripScheme(uri);
  if (!HUB_NAME.test(text)) return text;
  const image = imageOf(text);
  return image === undefined ? text.replace(/^index\./, '') : `${image.name}@${image.digest}`;
}

function urlProblem(uri: string): string | undefined {
  if (uri === '') return 'is empty';
  if (uri.length > MAX_LENGTH)
    return `has ${uri.length} characters; at most ${MAX_LENGTH} are kept`;
  return /[\u0000-\u001f\u007f]/.test(uri) ? 'has control characters' : undefined;
}

/** Name and digest of `name@digest`; nothing of any other resource, nor where a tag is in it. */
function imageOf(uri: string): { name: string; digest: Digest } | undefined {
  if (!uri.includes('@')) return undefined;
  try {
    const { name, tag, digest } = parseImageReference(uri);
    return tag === undefined && digest !== undefined ? { name, digest } : undefined;
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}
