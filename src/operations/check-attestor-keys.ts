/**
 * Public keys of an attestor as they come in: read, judged, and given the ids that Google gives.
 */
import type { AttestorKey } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { checkPgpKey, readPgpKey } from '../signing/read-pgp-key.ts';
import { readPkixKey } from '../signing/verify-pkix.ts';

/** Keys of one attestor at most. */
const MAX_KEYS = 100;

/**
 * Checks keys and sets their ids: a PGP key's fingerprint always, a PKIX key's where the client
 * gave none. Throws `invalid-key` for weak, revoked or malformed keys, doubled ids, and an expired
 * key that is not among `kept`: clients send all keys back, and an old one must not block a change.
 */
export async function checkAttestorKeys(
  keys: readonly AttestorKey[],
  kept: readonly AttestorKey[],
  now: Micros,
): Promise<readonly AttestorKey[]> {
  if (keys.length > MAX_KEYS) {
    throw new AssayError('invalid-key', `${keys.length} keys; an attestor has at most ${MAX_KEYS}`);
  }
  const old = new Set(kept.map((key) => key.asciiArmoredPgpPublicKey));
  const checked: AttestorKey[] = [];
  for (const key of keys) {
    checked.push(await checkKey(key, old.has(key.asciiArmoredPgpPublicKey) ? undefined : now));
  }
  const doubled = checked.find(
    (key, index) => checked.findIndex((one) => one.id === key.id) < index,
  );
  if (doubled === undefined) return checked;
  throw new AssayError('invalid-key', `key ${doubled.id} is given twice; remove one`);
}

/** Checks one key; without a time its expiry is not asked. */
async function checkKey(key: AttestorKey, now: Micros | undefined): Promise<AttestorKey> {
  const { asciiArmoredPgpPublicKey: armor, pkixPublicKey: pkix } = key;
  if (armor !== undefined) {
    const read = await readPgpKey(armor);
    const refusal = now === undefined ? undefined : checkPgpKey(read, now);
    if (refusal !== undefined) throw new AssayError('invalid-key', refusal.reason);
    return { ...key, id: read.fingerprint };
  }
  if (pkix === undefined) throw new AssayError('invalid-key', 'the key is neither PGP nor PKIX');
  const read = readPkixKey(pkix.publicKeyPem, pkix.signatureAlgorithm);
  return key.id === '' ? { ...key, id: read.id } : key;
}
