/**
 * The root of a repository's trust. It starts from one that somebody pinned; a newer one counts
 * only where as many keys of the one before and of its own signed it, one version after another.
 * Notary binds a root to its repository by nothing but the name in its keys' certificates.
 */
import { createHash } from 'node:crypto';
import { formatTime, type Micros } from '../domain/time.ts';
import type { NotaryKey } from './notary-keys.ts';
import {
  type BaseRole,
  type NotaryDocument,
  readNotaryDocument,
  readRootRoles,
  type RoleKeys,
} from './notary-metadata.ts';
import { requireSigned } from './notary-role.ts';
import { refuse } from './refusal.ts';

/** A root that is trusted, with the keys of every role. */
export interface TrustedRoot {
  readonly document: NotaryDocument;
  readonly roles: Readonly<Record<BaseRole, RoleKeys>>;
  /** Keys of its own that signed it. */
  readonly signers: readonly NotaryKey[];
}

/** Roots that are followed from the pinned one at most. */
export const MAX_ROOTS = 32;

/** What a person compares: the digest of a root's bytes as its server sends them. */
export function rootFingerprint(received: Uint8Array): string {
  return `sha256:${createHash('sha256').update(received).digest('hex')}`;
}

/** Reads a root and holds it against its own keys and the repository's name. */
export function readRoot(received: Uint8Array, gun: string): TrustedRoot {
  const document = readNotaryDocument(received, 'root');
  const roles = readRootRoles(document);
  return { document, roles, signers: requireSigned('root', document, ofGun(roles.root, gun)) };
}

/** Goes from a pinned root over newer ones, each exactly one version up. */
export function followRoots(
  pinned: Uint8Array,
  newer: readonly Uint8Array[],
  gun: string,
): TrustedRoot {
  if (newer.length > MAX_ROOTS) {
    refuse(
      'too-large',
      `${newer.length} roots after the pinned one; at most ${MAX_ROOTS} are read`,
    );
  }
  let root = readRoot(pinned, gun);
  for (const received of newer) {
    const next = readRoot(received, gun);
    requireNext(root, next, gun);
    root = next;
  }
  return root;
}

/** Refuses a root of which a certificate that signed is not yet or no more valid. */
export function requireValidCertificates({ signers }: TrustedRoot, now: Micros): void {
  for (const { certificate, id } of signers) {
    if (certificate === undefined) continue;
    const from = certificate.validFromDate.getTime() * 1000;
    const until = certificate.validToDate.getTime() * 1000;
    if (from <= now && now < until) continue;
    const times = `${formatTime(from)} to ${formatTime(until)}`;
    refuse('metadata-expired', `the certificate of root key ${id} is valid from ${times} only`);
  }
}

function requireNext(before: TrustedRoot, next: TrustedRoot, gun: string): void {
  const { version } = next.document;
  const wanted = before.document.version + 1;
  if (version !== wanted) {
    refuse('metadata-root', `a root has version ${version}; the one after it is ${wanted}`);
  }
  try {
    requireSigned('root', next.document, ofGun(before.roles.root, gun));
  } catch {
    const rule = 'a new root must also meet the threshold of the old one';
    refuse('metadata-root', `root version ${version} is not signed by the keys before it; ${rule}`);
  }
}

/** The keys of a root role that are certified for the repository. */
function ofGun({ keys, threshold }: RoleKeys, gun: string): RoleKeys {
  const own = keys.filter(({ certificate }) => isNamed(nameOf(certificate), gun));
  if (own.length > 0) return { keys: own, threshold };
  const names = keys.map(({ certificate }) => nameOf(certificate) ?? 'no certificate').join(', ');
  return refuse('metadata-gun', `the root is of ${names.slice(0, 300)}; wanted ${gun}`);
}

/** A certificate may be of one repository or, ending in `/*`, of those below a name. */
function isNamed(name: string | undefined, gun: string): boolean {
  if (name === undefined) return false;
  return name === gun || (name.endsWith('/*') && gun.startsWith(name.slice(0, -1)));
}

function nameOf(certificate: NotaryKey['certificate']): string | undefined {
  const name: unknown = certificate?.toLegacyObject().subject?.CN;
  return typeof name === 'string' ? name : undefined;
}
