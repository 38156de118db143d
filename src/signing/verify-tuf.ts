/**
 * A file that a TUF repository publishes (TUF 1.0, section 5): verified from a root that somebody
 * trusts, over each newer root, to the timestamp, the snapshot, the targets and the file's own
 * bytes. An old state is refused by the versions that were seen, a held one by its expiry.
 */
import { createHash } from 'node:crypto';
import type { MetaFile, Root } from '@tufjs/models';
import type { Micros } from '../domain/time.ts';
import { errorText, refuse } from './refusal.ts';
import {
  readTufDocument,
  requireTufCurrent,
  requireTufSigned,
  type TufDocument,
  tufExpiry,
  type TufRole,
  type TufRules,
} from './tuf-metadata.ts';

/** Metadata and the file as they were received. */
export interface TufEvidence {
  /** Roots after the trusted one, one version after another. */
  readonly roots: readonly Uint8Array[];
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
  readonly file: Uint8Array;
}

/** What is trusted, and which file is wanted. */
export interface TufTrust extends TufRules {
  /** The trusted root's bytes. */
  readonly root: Uint8Array;
  /** The file's name among the targets. */
  readonly name: string;
}

/** A file that is what its repository publishes now. */
export interface VerifiedFile {
  readonly bytes: Uint8Array;
  /** The newest root, which is what is trusted from now on. */
  readonly root: Uint8Array;
  readonly versions: Readonly<Record<TufRole, number>>;
  /** When the first of the metadata expires. */
  readonly fresh: Micros;
}

/** Roots that are followed from the trusted one at most. */
export const MAX_TUF_ROOTS = 32;

/** Verifies all metadata and the file; throws the refusal of the first that does not hold. */
export function verifyTufFile(evidence: TufEvidence, trust: TufTrust): VerifiedFile {
  const { document: root, bytes } = followRoots(trust.root, evidence.roots);
  requireTufCurrent('root', root, trust);
  const { signed: keys } = root;
  const timestamp = readTufDocument('timestamp', evidence.timestamp);
  requireTufSigned('timestamp', timestamp, keys);
  requireTufCurrent('timestamp', timestamp, trust);
  const meta = timestamp.signed.snapshotMeta;
  const snapshot = requireListed('snapshot', { meta, received: evidence.snapshot, keys }, trust);
  const listed = snapshot.signed.meta['targets.json'];
  const targets = requireListed(
    'targets',
    { meta: listed, received: evidence.targets, keys },
    trust,
  );
  requireFile(targets, trust.name, evidence.file);
  const documents = { root, timestamp, snapshot, targets };
  const roles = Object.keys(documents) as TufRole[];
  const versions = roles.map((role) => [role, documents[role].signed.version]);
  return {
    bytes: evidence.file,
    root: bytes,
    versions: Object.fromEntries(versions) as VerifiedFile['versions'],
    fresh: Math.min(...roles.map((role) => tufExpiry(role, documents[role]))),
  };
}

/** Reads a root, which must be signed by as many of its own keys as it asks for. */
export function readTufRoot(received: Uint8Array): TufDocument<'root'> {
  const root = readTufDocument('root', received);
  requireTufSigned('root', root, root.signed);
  return root;
}

interface FollowedRoot {
  readonly document: TufDocument<'root'>;
  readonly bytes: Uint8Array;
}

/** Each newer root is one version up, and signed by the keys of the one before and its own. */
function followRoots(trusted: Uint8Array, newer: readonly Uint8Array[]): FollowedRoot {
  if (newer.length > MAX_TUF_ROOTS) {
    refuse('too-large', `${newer.length} newer roots; at most ${MAX_TUF_ROOTS} are followed`);
  }
  let last: FollowedRoot = { document: readTufRoot(trusted), bytes: trusted };
  for (const bytes of newer) {
    const document = readTufRoot(bytes);
    const { version } = document.signed;
    const wanted = last.document.signed.version + 1;
    if (version !== wanted) {
      refuse('metadata-root', `a root has version ${version}; the one after it is ${wanted}`);
    }
    requireSuccessor(document, last.document.signed);
    last = { document, bytes };
  }
  return last;
}

function requireSuccessor(document: TufDocument<'root'>, before: Root): void {
  try {
    requireTufSigned('root', document, before);
  } catch (error) {
    const { version } = document.signed;
    const why = `root version ${version} is not signed by the keys before it`;
    refuse('metadata-root', `${why}: ${errorText(error)}`);
  }
}

interface Listed {
  /** What the document above says of it. */
  readonly meta: MetaFile | undefined;
  readonly received: Uint8Array;
  readonly keys: Root;
}

function requireListed<Role extends 'snapshot' | 'targets'>(
  role: Role,
  { meta, received, keys }: Listed,
  rules: TufRules,
): TufDocument<Role> {
  if (meta === undefined) return refuse('metadata-missing', `the mirror does not list its ${role}`);
  try {
    meta.verify(Buffer.from(received));
  } catch (error) {
    refuse('metadata-hash', `${role} is not the one that was signed for: ${errorText(error)}`);
  }
  const document = readTufDocument(role, received);
  requireTufSigned(role, document, keys);
  const { version } = document.signed;
  if (version !== meta.version) {
    const wanted = `the signed list says ${meta.version}`;
    refuse('metadata-rollback', `${role} has version ${version}; ${wanted}`);
  }
  requireTufCurrent(role, document, rules);
  return document;
}

function requireFile({ signed }: TufDocument<'targets'>, name: string, file: Uint8Array): void {
  const target = Object.hasOwn(signed.targets, name) ? signed.targets[name] : undefined;
  if (target === undefined) return refuse('metadata-missing', `the mirror publishes no ${name}`);
  if (target.length !== file.length) {
    refuse('metadata-length', `${name} has ${file.length} bytes; signed is ${target.length}`);
  }
  const { sha256, sha512 } = target.hashes;
  const known = Object.entries({ sha256, sha512 }).filter(([, wanted]) => wanted !== undefined);
  if (known.length === 0) refuse('metadata-hash', `${name} is signed without a SHA-2 hash`);
  for (const [algorithm, wanted] of known) {
    const found = createHash(algorithm).update(file).digest('hex');
    if (found !== wanted) {
      refuse('metadata-hash', `${name} has the ${algorithm} ${found}; the signed one is ${wanted}`);
    }
  }
}
