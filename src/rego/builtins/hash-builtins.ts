/** Digests and authentication codes over the bytes of a text, in hexadecimal. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Builtin, BuiltinContext } from '../model/builtin.ts';
import { bytesOfText } from './byte-text.ts';

const DIGESTS = ['md5', 'sha1', 'sha256'] as const;
const CODES = ['md5', 'sha1', 'sha256', 'sha512'] as const;
/** Of beginning and ending a digest. */
const STEPS_PER_CALL = 90;
const UNITS_PER_STEP = 32;

/** `crypto.md5`, `crypto.sha1`, `crypto.sha256` and the builtins of `crypto.hmac.`. */
export const hashBuiltins: readonly Builtin[] = [
  ...DIGESTS.map((algorithm): Builtin => ({
    name: `crypto.${algorithm}`,
    args: ['string'],
    result: 'string',
    call: ([text], context) =>
      createHash(algorithm)
        .update(paidBytes(text as string, context))
        .digest('hex'),
  })),
  ...CODES.map((algorithm): Builtin => ({
    name: `crypto.hmac.${algorithm}`,
    args: ['string', 'string'],
    result: 'string',
    call: ([text, key], context) =>
      createHmac(algorithm, paidBytes(key as string, context))
        .update(paidBytes(text as string, context))
        .digest('hex'),
  })),
  {
    name: 'crypto.hmac.equal',
    args: ['string', 'string'],
    result: 'boolean',
    call: ([a, b]) => isEqualSecret(a as string, b as string),
  },
];

function paidBytes(text: string, { charge }: BuiltinContext): Buffer {
  charge(STEPS_PER_CALL + text.length / UNITS_PER_STEP);
  return bytesOfText(text);
}

/** Compares without telling by the time taken where the texts part. */
function isEqualSecret(a: string, b: string): boolean {
  const [x, y] = [bytesOfText(a), bytesOfText(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
