/** Digests of content: ids of content-addressed rows, and etags. */
import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../domain/digest.ts';
import { type Json, canonicalJson } from '../domain/json.ts';

/** SHA-256 over a text's UTF-8 bytes. */
export function contentDigest(text: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
}

/** An etag of a JSON value: opaque bytes in base64. */
export function contentEtag(value: object): string {
  const hash = createHash('sha256').update(canonicalJson(value as Json));
  return hash.digest().subarray(0, 15).toString('base64');
}
