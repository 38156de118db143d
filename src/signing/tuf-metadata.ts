/**
 * Metadata of The Update Framework (TUF 1.0), by which sigstore publishes its trust roots. They are
 * taken apart strictly and within caps; signatures are the library's, but a key counts once, under
 * however many ids a role has it.
 */
import { Metadata, MetadataKind, type Root, type Snapshot, type Targets } from '@tufjs/models';
import type { Timestamp } from '@tufjs/models';
import { isJsonObject } from '../domain/json.ts';
import { formatTime, type Micros, parseTime } from '../domain/time.ts';
import { parseOlpcJson } from './olpc-json.ts';
import { errorText, refuse } from './refusal.ts';

/** The four roles of every repository. */
export type TufRole = 'root' | 'timestamp' | 'snapshot' | 'targets';

/** Bytes of one document at most. */
export const TUF_BYTES: Readonly<Record<TufRole, number>> = {
  root: 512 * 1024,
  timestamp: 16 * 1024,
  snapshot: 2 * 1024 * 1024,
  targets: 4 * 1024 * 1024,
};

/** A document taken apart; its signatures are not verified yet. */
export type TufDocument<Role extends TufRole> = Metadata<TufSigned[Role]>;

interface TufSigned {
  readonly root: Root;
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}

/** What documents are held against. */
export interface TufRules {
  /** The lowest version that is accepted of each role, by what was seen before. */
  readonly floors: Readonly<Partial<Record<TufRole, number>>>;
  readonly now: Micros;
}

const KINDS: Readonly<Record<TufRole, MetadataKind>> = {
  root: MetadataKind.Root,
  timestamp: MetadataKind.Timestamp,
  snapshot: MetadataKind.Snapshot,
  targets: MetadataKind.Targets,
};
const MAX_SIGNATURES = 64;

/** Takes a document apart as one of a role; refuses (`metadata-structure`) what is none. */
export function readTufDocument<Role extends TufRole>(
  role: Role,
  received: Uint8Array,
): TufDocument<Role> {
  const json = parseOlpcJson(received, { bytes: TUF_BYTES[role], depth: 16, containers: 50_000 });
  const { signed, signatures } = isJsonObject(json) ? json : {};
  if (!isJsonObject(signed) || !Array.isArray(signatures) || signatures.length > MAX_SIGNATURES) {
    return broken(role, `has no object "signed", or not at most ${MAX_SIGNATURES} signatures`);
  }
  try {
    const read = Metadata.fromJSON(KINDS[role] as never, json as never);
    return read as unknown as TufDocument<Role>;
  } catch (error) {
    return broken(role, `cannot be read: ${errorText(error)}`);
  }
}

/** Refuses a document that fewer different keys of its role signed than the root asks for. */
export function requireTufSigned(role: TufRole, document: TufDocument<TufRole>, by: Root): void {
  const known = by.roles[role];
  if (known === undefined) return broken('root', `has no role ${role}`);
  const { keyIDs, threshold } = known;
  const signers = new Set<string>();
  for (const id of keyIDs) {
    const key = Object.hasOwn(by.keys, id) ? by.keys[id] : undefined;
    if (key !== undefined && isSignedBy(key, document)) signers.add(key.keyVal['public'] ?? id);
  }
  if (threshold >= 1 && signers.size >= threshold) return;
  const wanted = `${threshold} of its ${keyIDs.length} keys must have signed`;
  refuse('metadata-threshold', `${role}: signed by ${signers.size} different keys; ${wanted}`);
}

/** Refuses a document that is older than one that was seen, or is not good any more. */
export function requireTufCurrent(
  role: TufRole,
  { signed }: TufDocument<TufRole>,
  { floors, now }: TufRules,
): void {
  const { version } = signed;
  const floor = floors[role] ?? 1;
  if (version < floor) {
    const seen = `version ${floor} was seen before, so this is an old state played back`;
    refuse('metadata-rollback', `${role} has version ${version}; ${seen}`);
  }
  const expires = tufExpiry(role, { signed });
  if (expires > now) return;
  const frozen = 'the mirror stands still or is held back';
  refuse(
    'metadata-expired',
    `${role} version ${version} expired at ${formatTime(expires)}; ${frozen}`,
  );
}

/** Until when a document is good. */
export function tufExpiry(role: TufRole, { signed }: Pick<TufDocument<TufRole>, 'signed'>): Micros {
  try {
    return parseTime(signed.expires);
  } catch {
    return broken(role, 'says no time at which it expires');
  }
}

function isSignedBy(
  key: { verifySignature(document: TufDocument<TufRole>): void },
  document: TufDocument<TufRole>,
): boolean {
  try {
    key.verifySignature(document);
    return true;
  } catch {
    return false;
  }
}

function broken(role: TufRole, found: string): never {
  return refuse('metadata-structure', `the ${role} metadata ${found}`);
}
