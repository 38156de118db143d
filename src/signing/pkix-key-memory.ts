/**
 * Parsed PKIX keys by their text. Parsing a PEM costs some times what a verification with it does;
 * the text and the algorithm are the whole identity, so a kept key is never stale.
 */
import { type PkixKey, readPkixKey } from './verify-pkix.ts';

/** Keys that are kept at most; each is a few kilobytes. */
const CAPACITY = 500;

const kept = new Map<string, PkixKey>();

/** As {@link readPkixKey}, remembering the keys that were used last; refusals are not kept. */
export function knownPkixKey(publicKeyPem: string, signatureAlgorithm: string): PkixKey {
  const name = `${signatureAlgorithm}\n${publicKeyPem}`;
  const found = kept.get(name);
  const key = found ?? readPkixKey(publicKeyPem, signatureAlgorithm);
  kept.delete(name);
  kept.set(name, key);
  const oldest = kept.size > CAPACITY ? kept.keys().next() : undefined;
  if (oldest?.value !== undefined) kept.delete(oldest.value);
  return key;
}
