/**
 * Notation's verification of an image, without a server: a trust policy and a trust store from
 * files, signatures from the registry. One signature that satisfies the policy is enough; whatever
 * is wrong with others is told.
 */
import { AssayError, isAssayError } from '../domain/error.ts';
import {
  type ImageReference,
  parseImageReference,
  refuseDigestLikeTag,
} from '../domain/image-reference.ts';
import type { Micros } from '../domain/time.ts';
import type { Outcome } from '../domain/verdict.ts';
import { readNotationTrust } from '../remote/read-notation-trust.ts';
import { readFileCapped } from '../remote/read-text-file.ts';
import type { RegistryClient } from '../remote/registry-client.ts';
import {
  findNotationPolicy,
  type NotationPolicy,
  parseNotationPolicies,
} from '../signing/notation-policy.ts';
import { isProof, type Proof, type Refusal } from '../signing/proof.ts';
import type { NotationTrust } from '../signing/verify-notation.ts';
import { checkNotation, NOTATION_PLACES, type SignatureAnswer } from './check-notation.ts';
import { type RegistryReach, reachRegistry } from './reach-registry.ts';
import { readAttached } from './read-attached.ts';

/** What is asked, and where the trust is. */
export interface VerifyNotationInput {
  readonly image: string;
  /** Path of a `trustpolicy.json`. */
  readonly policy: string;
  /** Path of the folder with `x509/`, or of Notation's own folder. */
  readonly trustStore: string;
  /** How the registry is reached. */
  readonly registry?: RegistryReach;
}

/** What came of it. */
export interface NotationAnswer {
  readonly image: string;
  readonly outcome: Outcome;
  /** What was found, in a sentence. */
  readonly found: string;
  /** Name and level of the trust policy; absent: none is of this repository. */
  readonly policy?: { readonly name: string; readonly level: NotationPolicy['level'] };
  readonly proofs: readonly SignatureAnswer<Proof>[];
  readonly refusals: readonly SignatureAnswer<Refusal>[];
}

const MAX_POLICY_BYTES = 1024 * 1024;

/** Verifies an image by the trust policy of its repository. */
export async function verifyNotationImage(
  effects: { readonly now: () => Micros },
  input: VerifyNotationInput,
): Promise<NotationAnswer> {
  const reference = parseImageReference(input.image);
  refuseDigestLikeTag(reference);
  const policies = await readPolicies(input.policy);
  const policy = findNotationPolicy(policies, reference.name);
  if (policy === undefined) return withoutPolicy(input.image, reference);
  if (policy.level === 'skip') return skipped(input.image, policy);
  const stores = await readNotationTrust(input.trustStore, policy.trustStores);
  const trust = { policies, repository: reference.name, stores, now: effects.now() };
  const client = reachRegistry(input.registry ?? {});
  try {
    return { ...(await verifyAt(client, reference, trust)), policy: named(policy) };
  } finally {
    await client.close();
  }
}

/** Reads a `trustpolicy.json`; errors name the file. */
export async function readPolicies(path: string): Promise<readonly NotationPolicy[]> {
  const bytes = await readFileCapped(path, MAX_POLICY_BYTES);
  try {
    return parseNotationPolicies(bytes);
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw new AssayError('invalid-argument', `${path}: ${cause.message}`, { cause });
  }
}

async function verifyAt(
  client: RegistryClient,
  reference: ImageReference,
  trust: NotationTrust,
): Promise<NotationAnswer> {
  const image = await readAttached(client, reference, NOTATION_PLACES);
  const answers = await checkNotation(image, trust);
  const proofs = answers.filter((one) => isProof(one));
  const refusals = answers.filter((one) => !isProof(one)) as SignatureAnswer<Refusal>[];
  return conclude(`${reference.name}@${image.digest}`, proofs, refusals);
}

function conclude(
  image: string,
  proofs: readonly SignatureAnswer<Proof>[],
  refusals: readonly SignatureAnswer<Refusal>[],
): NotationAnswer {
  if (proofs.length > 0) {
    const found = `${proofs.length} of ${proofs.length + refusals.length} verify`;
    return { image, outcome: 'allow', found, proofs, refusals };
  }
  const unknown = refusals.some(({ outcome }) => outcome === 'could-not-check');
  const none = refusals.length === 0 ? 'no signature of Notation is attached' : 'none verifies';
  const found = unknown ? 'none verifies, and not everything could be checked' : none;
  return { image, outcome: unknown ? 'undecided' : 'deny', found, proofs, refusals };
}

function withoutPolicy(image: string, { name }: ImageReference): NotationAnswer {
  const found = `no trust policy has ${name} or "*" in its registryScopes`;
  return { image, outcome: 'deny', found, proofs: [], refusals: [] };
}

/** The policy names this repository, and asks for nothing: as in Notation, that passes. */
function skipped(image: string, policy: NotationPolicy): NotationAnswer {
  const name = JSON.stringify(policy.name);
  const found = `the trust policy ${name} skips verification: nothing was fetched or checked`;
  const answer = { image, outcome: 'allow' as const, found, policy: named(policy) };
  return { ...answer, proofs: [], refusals: [] };
}

function named({ name, level }: NotationPolicy): NonNullable<NotationAnswer['policy']> {
  return { name, level };
}
