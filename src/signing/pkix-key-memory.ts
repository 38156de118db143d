/**
 * Parsed PKIX keys by their text. Parsing a PEM costs some times what a verification with it does;
 * the text and the algorithm are the whole identity, so a kept key is never stale.
 */
import { type PkixKey, readPkixKey } from './verify-pkix.ts';

/** Keys that are kept at most; each is a few kilobytes. */
const CAPACITY = 500;

interface KnownKey {
  readonly algorithm: string;
  readonly key: PkixKey;
}

/** By the text alone: joining it with the algorithm, and hashing that, took a tenth of a check. */
const kept = new Map<string, KnownKey>();

/** As {@link readPkixKey}, remembering the keys that were used last; refusals are not kept. */
export function knownPkixKey(publicKeyPem: string, algorithm: string): PkixKey {
  const found = kept.get(publicKeyPem);
  const known = found?.algorithm === algorithm ? found : readAnew(publicKeyPem, algorithm);
  kept.delete(publicKeyPem);
  kept.set(publicKeyPem, known);
  const oldest = kept.size > CAPACITY ? kept.keys().next() : undefined;
  if (oldest?.value !== undefined) kept.delete(oldest.value);
  return known.key;
}

function readAnew(publicKeyPem: string, algorithm: string): KnownKey {
  return { algorithm, key: readPkixKey(publicKeyPem, algorithm) };
}
