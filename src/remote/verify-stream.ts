/**
 * The one place where bytes from outside become trusted: they are hashed while they pass, and
 * nothing that calls itself a digest is believed before its bytes have been seen.
 */
import { createHash } from 'node:crypto';

import type { Digest } from '../domain/digest.ts';
import { digestAlgorithm, parseDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';

/** What a stream has to be, and what to call it in an error. */
export interface ExpectedBytes {
  readonly digest: Digest;
  readonly size: number;
  /** For people: `blob of registry.example.com/app`. */
  readonly what: string;
}

/** The digest of some bytes; sha256 unless a digest to compare with says otherwise. */
export function digestOf(bytes: Uint8Array, like?: Digest): Digest {
  const algorithm = like === undefined ? 'sha256' : digestAlgorithm(like);
  return parseDigest(`${algorithm}:${createHash(algorithm).update(bytes).digest('hex')}`);
}

/** Refuses bytes that do not have the digest; the error names both. */
export function checkDigest(bytes: Uint8Array, wanted: Digest, what: string): void {
  const found = digestOf(bytes, wanted);
  if (found !== wanted) throw digestMismatch(what, wanted, found);
}

/**
 * Passes chunks on and hashes them. Throws `digest-mismatch` as soon as there are more bytes than
 * expected, and at the end when they are fewer or other ones; only then is the content verified.
 */
export async function* verifyStream(
  source: AsyncIterable<Uint8Array>,
  expected: ExpectedBytes,
): AsyncGenerator<Uint8Array, void, void> {
  const algorithm = digestAlgorithm(expected.digest);
  const hash = createHash(algorithm);
  let seen = 0;
  for await (const chunk of source) {
    seen += chunk.byteLength;
    if (seen > expected.size) throw sizeMismatch(expected, `more than ${expected.size}`);
    hash.update(chunk);
    yield chunk;
  }
  if (seen < expected.size) throw sizeMismatch(expected, `only ${seen}`);
  const found = parseDigest(`${algorithm}:${hash.digest('hex')}`);
  if (found !== expected.digest) throw digestMismatch(expected.what, expected.digest, found);
}

/** Collects a stream; throws `too-large` once it exceeds the cap, having kept no more than that. */
export async function collectBytes(
  source: AsyncIterable<Uint8Array>,
  cap: number,
  what: string,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    size += chunk.byteLength;
    if (size > cap) throw tooLarge(what, cap);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/** The error for content beyond a cap. */
export function tooLarge(what: string, cap: number): AssayError {
  return new AssayError('too-large', `${what} is larger than the ${cap} bytes allowed`, {
    details: { limitBytes: cap },
  });
}

/** The error for bytes that differ from what their digest promised. */
export function digestMismatch(what: string, wanted: Digest, found: Digest): AssayError {
  return new AssayError(
    'digest-mismatch',
    `${what}: the bytes received have digest ${found}, wanted ${wanted}; do not use them, and ` +
      'push or copy the image again',
    { details: { wanted, found } },
  );
}

function sizeMismatch(expected: ExpectedBytes, found: string): AssayError {
  return new AssayError(
    'digest-mismatch',
    `${expected.what} ${expected.digest}: received ${found} bytes, its descriptor says ` +
      `${expected.size}; do not use them, and push or copy the image again`,
    { details: { wanted: expected.digest, wantedBytes: expected.size } },
  );
}
