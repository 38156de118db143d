/**
 * Public keys of an attestor as they come in: read, judged, and given the ids that Google gives.
 */
import { type AttestorKey, ED25519, type KeyStanding } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { keyNameOf } from '../signing/key-name.ts';
import { checkPgpKey, readPgpKey } from '../signing/read-pgp-key.ts';
import { usualAlgorithm } from '../signing/usual-algorithm.ts';
import { readPkixKey } from '../signing/verify-pkix.ts';

/** Keys of one attestor at most. */
const MAX_KEYS = 100;

/** What keys are checked against. */
export interface KeyRules {
  /** Keys that are there already: clients send all keys back, and an old one blocks no change. */
  readonly kept: readonly AttestorKey[];
  readonly standings?: Readonly<Record<string, KeyStanding>>;
  readonly now: Micros;
}

/**
 * Checks keys and sets their ids: a PGP key's fingerprint always, a PKIX key's where the client
 * gave none. Throws `invalid-key` for weak, revoked or malformed keys, doubled ids, and an expired
 * or revoked key that is not among those kept.
 */
export async function checkAttestorKeys(
  keys: readonly AttestorKey[],
  { kept, standings = {}, now }: KeyRules,
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
  if (doubled === undefined) {
    const names = new Set(kept.map((key) => nameOf(key)));
    for (const key of checked) refuseRevoked(keyNameOf(key), { names, standings });
    return checked;
  }
  throw new AssayError('invalid-key', `key ${doubled.id} is given twice; remove one`);
}

/** The name of a key that was checked before; by rules of another time, perhaps. */
function nameOf(key: AttestorKey): string {
  try {
    return keyNameOf(key);
  } catch {
    return key.id;
  }
}

function refuseRevoked(
  name: string,
  known: { names: ReadonlySet<string>; standings: NonNullable<KeyRules['standings']> },
): void {
  const { revokedFrom } = Object.hasOwn(known.standings, name) ? (known.standings[name] ?? {}) : {};
  if (revokedFrom === undefined || known.names.has(name)) return;
  const since = `key ${name} is revoked from ${formatTime(revokedFrom)} on`;
  throw new AssayError('invalid-key', `${since}; a revoked key is not added again`);
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
  const { publicKeyPem } = pkix;
  const signatureAlgorithm = pkix.signatureAlgorithm || onlyAlgorithm(publicKeyPem);
  const { id } = readPkixKey(publicKeyPem, signatureAlgorithm);
  const named = key.id === '' ? { ...key, id } : key;
  return { ...named, pkixPublicKey: { publicKeyPem, signatureAlgorithm } };
}

/** The algorithm of a key that has only one; Google's messages have no name for Ed25519. */
function onlyAlgorithm(publicKeyPem: string): string {
  if (isEd25519(publicKeyPem)) return ED25519;
  const message = 'signatureAlgorithm is missing: every key but Ed25519 needs it';
  throw new AssayError('invalid-key', message);
}

function isEd25519(publicKeyPem: string): boolean {
  try {
    return usualAlgorithm(publicKeyPem) === ED25519;
  } catch {
    return false;
  }
}
