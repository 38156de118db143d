/** What makes one document of Notary's metadata count: signatures, version, expiry and hash. */
import { createHash } from 'node:crypto';
import { formatTime, type Micros } from '../domain/time.ts';
import { isSignedBy, type NotaryKey } from './notary-keys.ts';
import type { FileMeta, NotaryDocument, RoleKeys } from './notary-metadata.ts';
import { refuse } from './refusal.ts';

/** A role as it was verified. */
export interface VerifiedRole {
  readonly role: string;
  readonly version: number;
  /** Ids of the keys that signed. */
  readonly keys: readonly string[];
  readonly expires: Micros;
}

/** What a role is held against. */
export interface RoleRules {
  /** The lowest version that is accepted of each role, by what was seen before. */
  readonly floors: Readonly<Record<string, number>>;
  readonly now: Micros;
}

/**
 * The keys of a role that signed a document. Refuses fewer than the threshold: a key that signs
 * twice, or is there under two ids, counts once.
 */
export function requireSigned(
  name: string,
  { signatures, canonical }: NotaryDocument,
  { keys, threshold }: RoleKeys,
): readonly NotaryKey[] {
  const signers = new Map<string, NotaryKey>();
  for (const signature of signatures) {
    const key = keys.find(({ id }) => id === signature.keyId);
    if (key === undefined || signers.has(key.same)) continue;
    if (isSignedBy(key, signature, canonical)) signers.set(key.same, key);
  }
  if (signers.size >= threshold) return [...signers.values()];
  const wanted = `${threshold} of its ${keys.length} keys must have signed`;
  return refuse(
    'metadata-threshold',
    `${name}: signed by ${signers.size} different keys; ${wanted}`,
  );
}

/** Refuses a document that is older than one that was seen, or is not good any more. */
export function requireCurrent(
  name: string,
  { version, expires }: NotaryDocument,
  { floors, now }: RoleRules,
): void {
  requireVersion(name, version, floors);
  if (expires > now) return;
  refuse('metadata-expired', `${name} version ${version} expired at ${formatTime(expires)}`);
}

/** Refuses a version below the one that was seen of a role. */
export function requireVersion(
  name: string,
  version: number,
  floors: Readonly<Record<string, number>>,
): void {
  const floor = Object.hasOwn(floors, name) ? (floors[name] ?? 0) : 0;
  if (version < floor) {
    const seen = `version ${floor} was seen before, so this is an old state played back`;
    refuse('metadata-rollback', `${name} has version ${version}; ${seen}`);
  }
}

/** Refuses bytes that are not those which another document names by length and hashes. */
export function requireSame(name: string, received: Uint8Array, meta: FileMeta | undefined): void {
  if (meta === undefined) {
    return refuse('metadata-hash', `${name} is not among what the other metadata vouch for`);
  }
  if (received.length !== meta.length) {
    const found = `${name} has ${received.length} bytes`;
    refuse('metadata-length', `${found}; the signed length is ${meta.length}`);
  }
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const wanted = meta[algorithm];
    if (wanted === undefined) continue;
    const found = createHash(algorithm).update(received).digest('hex');
    if (found === wanted) continue;
    refuse('metadata-hash', `${name} has the ${algorithm} ${found}; the signed one is ${wanted}`);
  }
}
