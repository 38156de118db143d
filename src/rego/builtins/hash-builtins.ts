/** Digests and authentication codes over the UTF-8 of a text, in hexadecimal. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Builtin } from '../builtin.ts';

const DIGESTS = ['md5', 'sha1', 'sha256'] as const;
const CODES = ['md5', 'sha1', 'sha256', 'sha512'] as const;

/** `crypto.md5`, `crypto.sha1`, `crypto.sha256` and the builtins of `crypto.hmac.`. */
export const hashBuiltins: readonly Builtin[] = [
  ...DIGESTS.map((algorithm): Builtin => ({
    name: `crypto.${algorithm}`,
    args: ['string'],
    result: 'string',
    call: ([text]) =>
      createHash(algorithm)
        .update(text as string)
        .digest('hex'),
  })),
  ...CODES.map((algorithm): Builtin => ({
    name: `crypto.hmac.${algorithm}`,
    args: ['string', 'string'],
    result: 'string',
    call: ([text, key]) =>
      createHmac(algorithm, key as string)
        .update(text as string)
        .digest('hex'),
  })),
  {
    name: 'crypto.hmac.equal',
    args: ['string', 'string'],
    result: 'boolean',
    call: ([a, b]) => isEqualSecret(a as string, b as string),
  },
];

/** Compares without telling by the time taken where the texts part. */
function isEqualSecret(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
