/** The digest under which content-addressed rows are kept. */
import { createHash } from 'node:crypto';
import { type Digest, parseDigest } from '../domain/digest.ts';

/** SHA-256 over a text's UTF-8 bytes. */
export function contentDigest(text: string): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(text).digest('hex')}`);
}
