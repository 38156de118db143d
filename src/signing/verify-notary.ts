/**
 * Docker Content Trust (Notary v1), which signs names: a tag is signed for a digest by the targets
 * of a repository, or by a role that these delegate to. Each document is believed for what stands
 * above it: root, timestamp, snapshot, targets, delegations. Legacy: verified, never made here.
 */
import { type Digest, digestAlgorithm, parseDigest } from '../domain/digest.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { bareKeyOf, type NotaryKey } from './notary-keys.ts';
import {
  type Delegation,
  delegationNames,
  type FileMeta,
  type NotaryDocument,
  readDelegation,
  readMeta,
  readNotaryDocument,
  readTarget,
} from './notary-metadata.ts';
import {
  requireCurrent,
  requireSame,
  requireSigned,
  type RoleRules,
  type VerifiedRole,
} from './notary-role.ts';
import { followRoots, requireValidCertificates, type TrustedRoot } from './notary-root.ts';
import { type Proof, refusalOf, type VerifyEvidence } from './proof.ts';
import { refuse } from './refusal.ts';

/** Metadata as they were received. */
export interface NotaryEvidence {
  /** Roots after the pinned one, one version after another. */
  readonly roots: readonly Uint8Array[];
  readonly timestamp: Uint8Array;
  readonly snapshot: Uint8Array;
  readonly targets: Uint8Array;
  /** By role, e.g. `targets/releases`. */
  readonly delegations: ReadonlyMap<string, Uint8Array>;
}

/** Somebody who must have signed in a role of his own, `targets/NAME`. */
export interface NotarySigner {
  readonly name: string;
  /** PEM, `PUBLIC KEY` or `CERTIFICATE`. */
  readonly key: string;
}

/** What is trusted of a repository, and what is asked of it. */
export interface NotaryTrust extends RoleRules {
  /** The repository's name with its registry, as the metadata are named. */
  readonly gun: string;
  readonly tag: string;
  /** The pinned root's bytes. */
  readonly root: Uint8Array;
  /** All of them must have signed one digest; none: the repository's release role. */
  readonly signers: readonly NotarySigner[];
}

/** What was verified of a tag. */
export interface NotaryProof extends Proof {
  readonly gun: string;
  readonly tag: string;
  /** Bytes of the manifest, as signed. */
  readonly length: number;
  readonly roles: readonly VerifiedRole[];
}

/** A repository whose metadata hold, whatever they say of a tag. */
export interface VerifiedRepository {
  readonly roles: readonly VerifiedRole[];
  readonly targets: NotaryDocument;
  readonly delegations: ReadonlyMap<string, VerifiedDelegation>;
}

interface VerifiedDelegation {
  readonly delegation: Delegation;
  readonly document: NotaryDocument;
  readonly signers: readonly NotaryKey[];
}

interface SignedTag {
  readonly role: string;
  readonly meta: FileMeta;
}

/** The kind of these proofs. */
export const NOTARY_KIND = 'notary';
/** The role that Docker's own client releases tags by. */
export const RELEASES = 'targets/releases';

/** Verifies that a tag is signed for an image's digest. */
export const verifyNotary: VerifyEvidence<NotaryEvidence, NotaryTrust> = async (
  subject,
  evidence,
  trust,
) => {
  try {
    return proveTag(subject, verifyRepository(evidence, trust), trust);
  } catch (error) {
    return refusalOf(NOTARY_KIND, error, 'metadata-structure');
  }
};

/** The role of a signer. */
export function roleOfSigner(name: string): string {
  return `targets/${name}`;
}

/** Verifies all metadata; throws the refusal of the first document that does not hold. */
export function verifyRepository(evidence: NotaryEvidence, trust: NotaryTrust): VerifiedRepository {
  const root = followRoots(trust.root, evidence.roots, trust.gun);
  requireCurrent('root', root.document, trust);
  requireValidCertificates(root, trust.now);
  const read = reader(root, trust);
  const timestamp = read('timestamp', evidence.timestamp);
  requireSame('snapshot', evidence.snapshot, readMeta(timestamp.document, 'snapshot'));
  const snapshot = read('snapshot', evidence.snapshot);
  requireSame('root', root.document.received, readMeta(snapshot.document, 'root'));
  requireSame('targets', evidence.targets, readMeta(snapshot.document, 'targets'));
  const targets = read('targets', evidence.targets);
  const above = { snapshot: snapshot.document, targets: targets.document };
  const delegations = verifyDelegations(evidence, above, trust);
  const delegated = [...delegations].map(([role, { document, signers }]) =>
    verified(role, document, signers),
  );
  const base = [timestamp.role, snapshot.role, targets.role, ...delegated];
  const roles = [verified('root', root.document, root.signers), ...base];
  return { roles, targets: targets.document, delegations };
}

/** Proves that a verified repository signed a tag for a digest; throws the refusal. */
export function proveTag(
  subject: Digest,
  repository: VerifiedRepository,
  trust: NotaryTrust,
): NotaryProof {
  const { gun, tag } = trust;
  const signed = signedTags(repository, trust);
  const [first] = signed;
  requireDigest(subject, first.meta, `${gun}:${tag}`);
  const { roles } = repository;
  const by = signed.map(({ role }) => role);
  return {
    kind: NOTARY_KIND,
    grade: 'verified',
    subject,
    checked: [
      ...roles.map(describeRole),
      `the tag ${tag} of ${gun} is signed for this digest by ${by.join(', ')}`,
    ],
    signer: by.join(', '),
    validUntil: Math.min(...roles.map(({ expires }) => expires)),
    gun,
    tag,
    length: first.meta.length,
    roles,
  };
}

/** The digest that a verified repository signed a tag for; throws the refusal. */
export function signedDigest(repository: VerifiedRepository, trust: NotaryTrust): Digest {
  const [{ meta }] = signedTags(repository, trust);
  return parseDigest(`sha256:${meta.sha256}`);
}

function signedTags(
  repository: VerifiedRepository,
  { gun, tag, signers }: NotaryTrust,
): readonly [SignedTag, ...SignedTag[]] {
  if (signers.length === 0) return [released(repository, tag)];
  const [first, ...others] = signedByAll(repository, tag, signers);
  return first === undefined
    ? refuse('tag-unsigned', `${gun} has no signed tag ${tag}`)
    : [first, ...others];
}

/** The delegations that are looked at: the release role and those of the signers. */
export function wantedDelegations(signers: readonly Pick<NotarySigner, 'name'>[]): string[] {
  return signers.length === 0 ? [RELEASES] : signers.map(({ name }) => roleOfSigner(name));
}

interface ReadRole {
  readonly document: NotaryDocument;
  readonly role: VerifiedRole;
}

function reader(
  root: TrustedRoot,
  rules: RoleRules,
): (name: 'timestamp' | 'snapshot' | 'targets', received: Uint8Array) => ReadRole {
  return (name, received) => {
    const document = readNotaryDocument(received, name);
    const signers = requireSigned(name, document, root.roles[name]);
    requireCurrent(name, document, rules);
    return { document, role: verified(name, document, signers) };
  };
}

function verifyDelegations(
  evidence: NotaryEvidence,
  above: { readonly snapshot: NotaryDocument; readonly targets: NotaryDocument },
  trust: NotaryTrust,
): ReadonlyMap<string, VerifiedDelegation> {
  const found = new Map<string, VerifiedDelegation>();
  const known = new Set(delegationNames(above.targets));
  for (const name of wantedDelegations(trust.signers)) {
    const meta = readMeta(above.snapshot, name);
    // Delegated to, but nothing was ever published by it.
    if (!known.has(name) || meta === undefined) continue;
    const received = evidence.delegations.get(name);
    if (received === undefined) refuse('metadata-missing', `the metadata of ${name} were not sent`);
    requireSame(name, received, meta);
    const delegation = readDelegation(above.targets, name);
    if (delegation === undefined) continue;
    const document = readNotaryDocument(received, 'targets');
    const signers = requireSigned(name, document, delegation);
    requireCurrent(name, document, trust);
    found.set(name, { delegation, document, signers });
  }
  return found;
}

/** The release role's word comes first, as with Docker's client; then that of targets itself. */
function released({ delegations, targets }: VerifiedRepository, tag: string): SignedTag {
  const releases = delegations.get(RELEASES);
  const own = releases === undefined ? undefined : readTarget(releases.document, tag);
  const within = releases !== undefined && isWithin(tag, releases.delegation);
  if (own !== undefined && within) return { role: RELEASES, meta: own };
  const meta = readTarget(targets, tag);
  if (meta !== undefined) return { role: 'targets', meta };
  if (own === undefined) return refuse('tag-unsigned', `no tag ${tag} is signed in the repository`);
  return outside(RELEASES, tag);
}

function signedByAll(
  { delegations }: VerifiedRepository,
  tag: string,
  signers: readonly NotarySigner[],
): readonly SignedTag[] {
  const signed = signers.map((signer) => signedBy(delegations, tag, signer));
  const other = signed.find(({ meta }) => meta.sha256 !== signed[0]?.meta.sha256);
  if (other === undefined) return signed;
  const first = `${signed[0]?.role} signed sha256:${signed[0]?.meta.sha256}`;
  const second = `${other.role} sha256:${other.meta.sha256}`;
  return refuse('tag-signer', `the signers disagree on ${tag}: ${first}, ${second}`);
}

function signedBy(
  delegations: VerifiedRepository['delegations'],
  tag: string,
  { name, key }: NotarySigner,
): SignedTag {
  const role = roleOfSigner(name);
  const own = delegations.get(role);
  if (own === undefined) return refuse('tag-signer', `signer ${name} signed nothing in ${role}`);
  const { same } = bareKeyOf(key);
  if (!own.signers.some((one) => one.same === same)) {
    refuse('tag-signer', `${role} is signed by other keys than the one given for ${name}`);
  }
  const meta = readTarget(own.document, tag);
  if (meta === undefined) return refuse('tag-signer', `signer ${name} did not sign the tag ${tag}`);
  return isWithin(tag, own.delegation) ? { role, meta } : outside(role, tag);
}

function isWithin(tag: string, { paths }: Delegation): boolean {
  return paths.some((path) => tag.startsWith(path));
}

function outside(role: string, tag: string): never {
  return refuse('delegation-path', `${role} signed the tag ${tag}, which is outside its paths`);
}

function requireDigest(subject: Digest, meta: FileMeta, name: string): void {
  const algorithm = digestAlgorithm(subject);
  const hex = algorithm === 'sha384' ? undefined : meta[algorithm];
  if (subject === `${algorithm}:${hex}`) return;
  const signed = parseDigest(`sha256:${meta.sha256}`);
  refuse('tag-digest', `${name} is signed for ${signed}; the image is ${subject}`);
}

function verified(
  role: string,
  { version, expires }: NotaryDocument,
  signers: readonly NotaryKey[],
): VerifiedRole {
  return { role, version, keys: signers.map(({ id }) => id), expires };
}

function describeRole({ role, version, keys, expires }: VerifiedRole): string {
  const until: Micros = expires;
  return `${role} version ${version} signed by ${keys.join(', ')}, good until ${formatTime(until)}`;
}
