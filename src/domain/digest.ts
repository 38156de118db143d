/** Content digests, as OCI image-spec (descriptor.md, "Digests") writes them. */
import { AssayError } from './error.ts';

declare const digestBrand: unique symbol;

/**
 * A checked digest: `sha256:` and 64, `sha384:` and 96, or `sha512:` and 128, lower-case hex
 * digits.
 */
export type Digest = string & { readonly [digestBrand]: true };

const HEX_LENGTHS: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** Reads a digest; refuses unknown algorithms, wrong lengths (named) and upper-case digits. */
export function parseDigest(text: string): Digest {
  const problem = digestProblem(text);
  if (problem === undefined) return text as Digest;
  throw new AssayError('invalid-digest', `digest ${JSON.stringify(text.slice(0, 160))} ${problem}`);
}

/** Tells whether a text is a digest. */
export function isDigest(text: string): text is Digest {
  return digestProblem(text) === undefined;
}

/** The part before the colon. */
export function digestAlgorithm(digest: Digest): 'sha256' | 'sha384' | 'sha512' {
  if (digest.startsWith('sha512:')) return 'sha512';
  return digest.startsWith('sha384:') ? 'sha384' : 'sha256';
}

/** What is wrong with a digest text, in words that finish "digest X …"; undefined: nothing. */
function digestProblem(text: string): string | undefined {
  const colon = text.indexOf(':');
  const algorithm = text.slice(0, Math.max(colon, 0));
  const length = Object.hasOwn(HEX_LENGTHS, algorithm) ? HEX_LENGTHS[algorithm] : undefined;
  if (length === undefined) return 'is not of the form sha256:HEX or sha512:HEX';
  const hex = text.slice(colon + 1);
  if (hex.length !== length) return `has ${hex.length} digits; ${algorithm} has ${length}`;
  return /^[0-9a-f]+$/.test(hex) ? undefined : 'has characters other than 0-9 and a-f';
}
