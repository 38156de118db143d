/** Which keys a token is tried with, and whether one of them signed it. */
import type { BuiltinContext } from '../model/builtin.ts';
import {
  SECRET_ALGORITHMS,
  TOKEN_ALGORITHMS,
  fitsAlgorithm,
  isSecretSignature,
  payForKey,
} from './jwt-algorithm.ts';
import type { Signed } from './jwt-algorithm.ts';
import type { TokenKey } from './jwt-key.ts';
import type { TokenHeader } from './jwt-token.ts';

/**
 * The key that the header names, where it is there; otherwise all that are for its algorithm or
 * say nothing of one.
 */
export function candidates(
  { kid, alg }: TokenHeader,
  keys: readonly TokenKey[],
): readonly TokenKey[] {
  const named = kid === '' ? undefined : keys.find(({ keyId }) => keyId === kid);
  if (named) return [named];
  return keys.filter(({ algorithm }) => algorithm === undefined || algorithm === alg);
}

/** Tells whether a key made a signature; a key of another type made none. */
export function isSignature(
  algorithm: string,
  { key }: TokenKey,
  signed: Signed & { readonly context: BuiltinContext },
): boolean {
  const digest = SECRET_ALGORITHMS.get(algorithm);
  if (digest !== undefined) {
    return key.type === 'secret' && isSecretSignature(digest, key.export(), signed);
  }
  const found = TOKEN_ALGORITHMS.get(algorithm);
  if (!found || !fitsAlgorithm(key, found)) return false;
  payForKey(key, found.steps[0], signed.context);
  try {
    return found.verify(signed, key);
  } catch {
    return false;
  }
}
