/**
 * Names below a registry, as distribution-spec 1.1 ("Pulling manifests") has them: a repository, a
 * tag, and what a manifest is asked for by. All are read by the one parser of image references.
 */
import { type Digest, parseDigest } from './digest.ts';
import { AssayError } from './error.ts';
import { type ImageReference, parseImageReference } from './image-reference.ts';

declare const repositoryBrand: unique symbol;
declare const tagBrand: unique symbol;

/** A checked repository path such as `team/app`: at most 255 characters, no part is `.` or `..`. */
export type RepositoryPath = string & { readonly [repositoryBrand]: true };

/** A checked tag: 1 to 128 characters, the first of which is neither `.` nor `-`. */
export type Tag = string & { readonly [tagBrand]: true };

/** What a manifest is asked for by. */
export type ManifestTarget =
  | { readonly kind: 'tag'; readonly tag: Tag }
  | { readonly kind: 'digest'; readonly digest: Digest };

const MAX_SHOWN = 160;

/** Reads a repository path; refuses, with `invalid-name`, all that is none. */
export function parseRepositoryPath(text: string): RepositoryPath {
  if (tryReference(`registry.invalid/${text}`)?.path === text) return text as RepositoryPath;
  throw new AssayError(
    'invalid-name',
    `repository ${quote(text)} is not a name; write at most 255 characters of lower-case letters ` +
      'and digits, with single ".", "_", "__" or hyphens between them, and "/" between parts',
  );
}

/** Reads a tag; refuses, with `invalid-name`, all that is none. */
export function parseTag(text: string): Tag {
  if (tryReference(`registry.invalid/name:${text}`)?.tag === text) return text as Tag;
  throw new AssayError(
    'invalid-name',
    `tag ${quote(text)} is not one; write 1 to 128 of A-Z a-z 0-9 _ . - beginning with none of . -`,
  );
}

/** Tells whether a text is a tag. */
export function isTag(text: string): text is Tag {
  return tryReference(`registry.invalid/name:${text}`)?.tag === text;
}

/** Reads a tag or, where there is a colon, a digest; refuses both with their own errors. */
export function parseManifestTarget(text: string): ManifestTarget {
  return text.includes(':')
    ? { kind: 'digest', digest: parseDigest(text) }
    : { kind: 'tag', tag: parseTag(text) };
}

function tryReference(text: string): ImageReference | undefined {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (error instanceof AssayError) return undefined;
    throw error;
  }
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, MAX_SHOWN));
}
