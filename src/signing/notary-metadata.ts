/**
 * Metadata of Notary v1 (Docker Content Trust): its own dialect of TUF, `_type` with a capital, no
 * `spec_version`, hashes in base64. A document is taken apart strictly and within caps; the bytes
 * that were signed are made of the untouched `signed` object, never of what was read out of it.
 */
import { decodeBase64 } from '../domain/base64.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Micros, parseTime } from '../domain/time.ts';
import { type NotaryKey, type NotarySignature, readNotaryKey } from './notary-keys.ts';
import { olpcBytes, parseOlpcJson } from './olpc-json.ts';
import { refuse } from './refusal.ts';

/** The four roles that every repository has. */
export type BaseRole = 'root' | 'targets' | 'snapshot' | 'timestamp';

/** A document taken apart; nothing of it is verified yet. */
export interface NotaryDocument {
  /** The bytes as they were received, which hashes and lengths are over. */
  readonly received: Uint8Array;
  /** The canonical bytes of `signed`, which signatures are over. */
  readonly canonical: Uint8Array;
  readonly signatures: readonly NotarySignature[];
  readonly signed: JsonObject;
  readonly version: number;
  readonly expires: Micros;
}

/** Which keys sign for a role, and how many of them must. */
export interface RoleKeys {
  readonly keys: readonly NotaryKey[];
  readonly threshold: number;
}

/** A role that targets were delegated to. */
export interface Delegation extends RoleKeys {
  readonly name: string;
  /** Prefixes of the names that it may sign. */
  readonly paths: readonly string[];
}

/** Length and digests (hex) that a document has for another, or for an image. */
export interface FileMeta {
  readonly length: number;
  readonly sha256: string;
  readonly sha512?: string;
}

const MEBIBYTE = 1024 * 1024;

/** Bytes of one document at most. */
export const NOTARY_BYTES: Readonly<Record<BaseRole, number>> = {
  root: MEBIBYTE,
  timestamp: MEBIBYTE,
  snapshot: 4 * MEBIBYTE,
  targets: 4 * MEBIBYTE,
};

const TYPES: Readonly<Record<BaseRole, string>> = {
  root: 'Root',
  targets: 'Targets',
  snapshot: 'Snapshot',
  timestamp: 'Timestamp',
};
const MAX_DEPTH = 16;
const MAX_CONTAINERS = 400_000;
const MAX_SIGNATURES = 32;
const MAX_KEYS = 128;
const MAX_ROLES = 64;
const MAX_PATHS = 64;
const MAX_NAME = 512;

/** Takes a document apart as one of a base role; delegations are of the role `targets`. */
export function readNotaryDocument(received: Uint8Array, role: BaseRole): NotaryDocument {
  const limits = { bytes: NOTARY_BYTES[role], depth: MAX_DEPTH, containers: MAX_CONTAINERS };
  const json = parseOlpcJson(received, limits);
  const { signed, signatures } = isJsonObject(json) ? json : {};
  if (!isJsonObject(signed)) return broken(role, 'has no object "signed"');
  if (signed['_type'] !== TYPES[role]) {
    const found = JSON.stringify(signed['_type'] ?? null).slice(0, 40);
    return broken(role, `is of the type ${found}; wanted "${TYPES[role]}"`);
  }
  return {
    received,
    canonical: olpcBytes(signed),
    signatures: readList(signatures, MAX_SIGNATURES, `signatures of ${role}`).map(readSignature),
    signed,
    version: readCount(signed['version'], `version of ${role}`),
    expires: readExpiry(signed['expires'], role),
  };
}

/** The keys of the base roles, as a root document has them. */
export function readRootRoles({ signed }: NotaryDocument): Readonly<Record<BaseRole, RoleKeys>> {
  const { roles } = signed;
  const known = readKeys(signed['keys']);
  if (!isJsonObject(roles)) return broken('root', 'has no roles');
  const read = (role: BaseRole): RoleKeys => readRole(roles[role], known, role);
  return {
    root: read('root'),
    targets: read('targets'),
    snapshot: read('snapshot'),
    timestamp: read('timestamp'),
  };
}

/** What a snapshot or a timestamp says of a document; absent: it does not know it. */
export function readMeta({ signed }: NotaryDocument, name: string): FileMeta | undefined {
  const { meta } = signed;
  if (!isJsonObject(meta)) return refuse('metadata-structure', 'the metadata lists no documents');
  return Object.hasOwn(meta, name) ? readFileMeta(meta[name], name) : undefined;
}

/** What a document of targets says of a name; absent: it does not know it. */
export function readTarget({ signed }: NotaryDocument, name: string): FileMeta | undefined {
  const { targets } = signed;
  if (!isJsonObject(targets)) return broken('targets', 'has no object "targets"');
  return Object.hasOwn(targets, name) ? readFileMeta(targets[name], name) : undefined;
}

/** The names of the roles that a document of targets delegates to, in its order. */
export function delegationNames({ signed }: NotaryDocument): readonly string[] {
  const { roles } = isJsonObject(signed['delegations']) ? signed['delegations'] : {};
  const names = readList(roles ?? [], MAX_ROLES, 'delegated roles').map((role) => {
    const { name } = isJsonObject(role) ? role : {};
    if (typeof name === 'string' && name.length <= MAX_NAME) return name;
    return broken('targets', 'delegates to a role without a name');
  });
  if (new Set(names).size === names.length) return names;
  return broken('targets', 'delegates to one role twice');
}

/** A role that a document of targets delegates to; absent: it does not. */
export function readDelegation(document: NotaryDocument, name: string): Delegation | undefined {
  const at = delegationNames(document).indexOf(name);
  const { delegations } = document.signed;
  if (at < 0 || !isJsonObject(delegations)) return undefined;
  const role = readList(delegations['roles'], MAX_ROLES, 'delegated roles')[at];
  const { paths } = isJsonObject(role) ? role : {};
  const prefixes = readTexts(paths ?? [], MAX_PATHS, `paths of ${name}`);
  return { name, paths: prefixes, ...readRole(role, readKeys(delegations['keys']), name) };
}

function readSignature(json: Json): NotarySignature {
  const { keyid, method, sig } = isJsonObject(json) ? json : {};
  if (typeof keyid === 'string' && typeof method === 'string' && typeof sig === 'string') {
    return { keyId: keyid, method: method.toLowerCase(), signature: decodeBase64(sig) };
  }
  return refuse('metadata-structure', 'a signature has no keyid, method or sig');
}

function readKeys(json: Json | undefined): ReadonlyMap<string, Json | undefined> {
  if (!isJsonObject(json)) return refuse('metadata-structure', 'the metadata has no keys');
  const entries = Object.entries(json);
  if (entries.length > MAX_KEYS) {
    refuse('too-large', `the metadata has ${entries.length} keys; at most ${MAX_KEYS} are read`);
  }
  return new Map(entries);
}

/** Keys are counted by what they are: one that is there under two ids is one key. */
function readRole(
  json: Json | undefined,
  known: ReadonlyMap<string, Json | undefined>,
  name: string,
): RoleKeys {
  const { keyids, threshold } = isJsonObject(json) ? json : {};
  const ids = [...new Set(readTexts(keyids, MAX_KEYS, `keyids of ${name}`))];
  const keys = ids.map((id) => readKeyOf(id, known.get(id)));
  const least = readCount(threshold, `threshold of ${name}`);
  const different = new Set(keys.map(({ same }) => same)).size;
  if (least <= different) return { keys, threshold: least };
  const wanted = `its threshold is ${least}, so it could never be met`;
  return refuse('metadata-threshold', `${name} has ${different} different keys; ${wanted}`);
}

function readKeyOf(id: string, json: Json | undefined): NotaryKey {
  if (json === undefined) refuse('metadata-key', `the key ${shown(id)} is not in the metadata`);
  const key = readNotaryKey(json);
  if (key.id === id) return key;
  return refuse('metadata-key', `the key under ${shown(id)} has in fact the id ${shown(key.id)}`);
}

function readFileMeta(json: Json | undefined, name: string): FileMeta {
  const { length, hashes } = isJsonObject(json) ? json : {};
  const { sha256, sha512 } = isJsonObject(hashes) ? hashes : {};
  const what = `of ${JSON.stringify(name.slice(0, 80))}`;
  if (typeof length !== 'number' || length < 0 || sha256 === undefined) {
    return refuse('metadata-structure', `the length or the SHA-256 ${what} is not given`);
  }
  const second = sha512 === undefined ? {} : { sha512: readHash(sha512, 64, what) };
  return { length, sha256: readHash(sha256, 32, what), ...second };
}

function readHash(json: Json, size: number, what: string): string {
  const bytes = typeof json === 'string' ? decodeBase64(json) : new Uint8Array();
  if (bytes.length === size) return Buffer.from(bytes).toString('hex');
  return refuse('metadata-structure', `a hash ${what} is not ${size} bytes in base64`);
}

function readExpiry(json: Json | undefined, role: BaseRole): Micros {
  try {
    if (typeof json === 'string') return parseTime(json);
  } catch {
    // Said below.
  }
  return broken(role, 'says no time at which it expires');
}

function readCount(json: Json | undefined, what: string): number {
  if (typeof json === 'number' && json >= 1) return json;
  return refuse('metadata-structure', `the ${what} is no number from 1 on`);
}

function readList(json: Json | undefined, most: number, what: string): readonly Json[] {
  if (!Array.isArray(json)) return refuse('metadata-structure', `the ${what} are no list`);
  if (json.length > most) {
    refuse('too-large', `there are ${json.length} ${what}; at most ${most} are read`);
  }
  return json as readonly Json[];
}

function readTexts(json: Json | undefined, most: number, what: string): readonly string[] {
  return readList(json, most, what).map((one) =>
    typeof one === 'string' && one.length <= MAX_NAME
      ? one
      : refuse('metadata-structure', `one of the ${what} is no text`),
  );
}

function broken(role: BaseRole, found: string): never {
  return refuse('metadata-structure', `the ${role} metadata ${found}`);
}

function shown(id: string): string {
  return id.slice(0, 12);
}
