/**
 * Parsed public keys by their armored text. Reading a key checks its own signatures, which costs
 * more than verifying with it; the text is the whole identity, so a kept key is never stale.
 */
import type { PgpKey } from '../signing/read-pgp-key.ts';

/** Reads an armored public key; throws `invalid-key`. */
export type ReadKey = (armored: string) => Promise<PgpKey>;

/** Makes a reader that remembers at most `capacity` keys; the least recently used go first. */
export function createKeyCache(capacity: number, read: ReadKey = readLazily): ReadKey {
  const keys = new Map<string, PgpKey>();
  return async (armored) => {
    const key = keys.get(armored) ?? (await read(armored));
    keys.delete(armored);
    keys.set(armored, key);
    const oldest = keys.size > capacity ? keys.keys().next() : undefined;
    if (oldest?.value !== undefined) keys.delete(oldest.value);
    return key;
  };
}

/** Most commands never see a key: the library is loaded with the first one. */
async function readLazily(armored: string): Promise<PgpKey> {
  const { readPgpKey } = await import('../signing/read-pgp-key.ts');
  return readPgpKey(armored);
}
