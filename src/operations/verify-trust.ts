/**
 * What the authorities of a policy of trust have to say of one image: the registry is read once for
 * all of them, and a notary server for each that names one. What could not be asked is an answer of
 * its own, never an empty one.
 */
import type { ImageReference } from '../domain/image-reference.ts';
import { parseDigest } from '../domain/digest.ts';
import { isAssayError } from '../domain/error.ts';
import type { NotaryAuthority } from '../domain/image-trust-policy.ts';
import { HOUR, type Micros, SECOND } from '../domain/time.ts';
import type { TrustCheck } from '../domain/verdict.ts';
import type { AttachmentLocation } from '../remote/attachment-location.ts';
import type { PullSecret } from '../remote/pull-secrets.ts';
import type { RegistryClient } from '../remote/registry-client.ts';
import { findNotationPolicy } from '../signing/notation-policy.ts';
import { isProof, type Proof, type Refusal } from '../signing/proof.ts';
import type { Store } from '../store/store-contract.ts';
import { askSignedTag } from './ask-signed-tag.ts';
import { checkAttached } from './check-attached.ts';
import { checkNotation, NOTATION_PLACES } from './check-notation.ts';
import type { Deps } from './deps.ts';
import { withNotary } from './notary-server.ts';
import { type PreparedTrust, prepareTrust } from './prepare-trust.ts';
import { type AttachedImage, type AttachedPlaces, readAttached } from './read-attached.ts';
import type {
  AskedAuthority,
  StandingTrust,
  TrustAnswer,
  TrustQuestion,
} from './trust-question.ts';

/** What a verification may do. */
export interface TrustEffects extends Pick<Deps, 'openNotary' | 'guardRegistry'> {
  readonly now: () => Micros;
  /** With the credentials of a namespace, where there are any. */
  readonly client: (secret?: PullSecret) => RegistryClient;
  /** Of approved roots and seen versions. */
  readonly store?: Store | undefined;
}

/** A verification takes no longer than this, whoever waits for it, in milliseconds. */
export const TRUST_MS = 20_000;
/** What verifies stands as long as its evidence, and at most so long. */
const LONGEST_PROOF = HOUR / 6;
/** A missing signature may be pushed at any time, and a tag signed anew. */
const LONGEST_REFUSAL = 5 * SECOND;
/** A registry in trouble is not asked again by every pod of a queue. */
const LONGEST_UNKNOWN = 2 * SECOND;
/** Of one authority that are kept. */
const MAX_CHECKS = 32;
const MAX_REASON = 500;

interface Made {
  readonly answer: TrustAnswer;
  /** Of the proofs. */
  readonly ends: readonly Micros[];
}

/** Verifies; never throws for what a registry, a server or a signer can do. */
export async function verifyTrust(
  effects: TrustEffects,
  question: TrustQuestion,
): Promise<StandingTrust> {
  const now = effects.now();
  const prepared = await Promise.all(question.authorities.map((one) => prepareOr(one, now)));
  const image = readOnce(effects, question, prepared);
  const made = await Promise.all(
    prepared.map((one) => ask(effects, { ...question, now, image }, one)),
  );
  const answers = made.map(({ answer }) => answer);
  const ends = made.flatMap((one) => one.ends);
  return { answers, validUntil: Math.min(now + longestOf(question, answers), ...ends) };
}

/** One that cannot be read any more must not take the others with it. */
type Readable = PreparedTrust | { readonly kind: 'unreadable'; readonly refusal: Refusal };

async function prepareOr(authority: AskedAuthority, now: Micros): Promise<Readable> {
  try {
    return await prepareTrust(authority, now);
  } catch (error) {
    const why = reasonOf(error);
    return { kind: 'unreadable', refusal: refusalAt(authority.kind, 'trust-policy', why) };
  }
}

/** Only our own errors are known to hold no secret. */
function reasonOf(error: unknown): string {
  return isAssayError(error) ? error.message : 'an unexpected error';
}

function longestOf({ authorities }: TrustQuestion, answers: readonly TrustAnswer[]): Micros {
  const outcomes = answers.map(({ checks }) => checks.map(({ outcome }) => outcome));
  const proven = outcomes.every((one) => one.includes('verified'));
  const unknown = outcomes.some(
    (one) => !one.includes('verified') && one.includes('could-not-check'),
  );
  if (unknown) return LONGEST_UNKNOWN;
  const byTag = authorities.some(({ kind }) => kind === 'notary');
  return proven && !byTag ? LONGEST_PROOF : LONGEST_REFUSAL;
}

interface Asked extends TrustQuestion {
  readonly now: Micros;
  readonly image: () => Promise<AttachedImage>;
}

/** The registry is read when somebody needs it, and then once. */
function readOnce(
  effects: TrustEffects,
  { reference, secret }: TrustQuestion,
  prepared: readonly Readable[],
): () => Promise<AttachedImage> {
  let reading: Promise<AttachedImage> | undefined;
  const read = async (): Promise<AttachedImage> => {
    await effects.guardRegistry?.(reference);
    const signal = AbortSignal.timeout(TRUST_MS);
    return readAttached(effects.client(secret), reference, { ...placesOf(prepared), signal });
  };
  return () => (reading ??= read());
}

const SIGNATURES: readonly AttachmentLocation[] = ['signature-tag', 'referrers', 'fallback-tag'];
const ATTESTATIONS: readonly AttachmentLocation[] = ['attestation-tag', ...SIGNATURES.slice(1)];

function placesOf(prepared: readonly Readable[]): AttachedPlaces {
  if (prepared.every(({ kind }) => kind !== 'cosign')) return NOTATION_PLACES;
  const trusts = prepared.flatMap((one) => (one.kind === 'cosign' ? one.trusts : []));
  const locations = trusts.flatMap(({ predicateType }) =>
    predicateType === undefined ? SIGNATURES : ATTESTATIONS,
  );
  return { locations: [...new Set(locations)] };
}

async function ask(effects: TrustEffects, asked: Asked, trust: Readable): Promise<Made> {
  try {
    if (trust.kind === 'unreadable') return made([trust.refusal]);
    if (trust.kind === 'cosign') return await askCosign(asked, trust);
    if (trust.kind === 'notation') return await askNotation(asked, trust);
    return await askNotary(effects, asked, trust);
  } catch (error) {
    return made([refusalAt(trust.kind, 'registry', reasonOf(error))]);
  }
}

async function askCosign(
  { image }: Asked,
  { trusts }: Extract<PreparedTrust, { kind: 'cosign' }>,
): Promise<Made> {
  const read = await image();
  const checked = await checkAttached(read, { trusts });
  const answers = checked.flatMap(({ answer }) => (answer === undefined ? [] : [answer]));
  const unasked = read.found.locations.flatMap(({ location, problems }) =>
    problems.map((why) => refusalAt('cosign', location, why)),
  );
  return made(orNothing([...answers, ...unasked], 'cosign', 'no signature is attached'));
}

async function askNotation(
  { image, reference, now }: Asked,
  trust: Extract<PreparedTrust, { kind: 'notation' }>,
): Promise<Made> {
  const policy = findNotationPolicy(trust.policies, reference.name);
  if (policy === undefined) {
    const why = `no trust policy has ${reference.name} or "*" in its registryScopes`;
    return made([{ kind: 'notation', outcome: 'wrong', step: 'trust-policy', why }]);
  }
  if (policy.level === 'skip') return made([skipped(policy.name)]);
  const { policies, stores } = trust;
  const given = { policies, stores, repository: reference.name, now };
  const answers = await checkNotation(await image(), given);
  return made(orNothing(answers, 'notation', 'no signature of Notation is attached'));
}

/** As in Notation, a policy that names the repository and asks for nothing passes. */
function skipped(name: string): TrustCheck {
  const reason = `the trust policy ${JSON.stringify(name)} skips verification of this repository`;
  return { kind: 'notation', outcome: 'verified', step: 'policy-skip', signer: 'nobody', reason };
}

async function askNotary(
  effects: TrustEffects,
  { project, reference }: Asked,
  { server, signers, roots = {} }: NotaryAuthority,
): Promise<Made> {
  const { name: gun, digest } = reference;
  const tag = tagOf(reference);
  if (tag === undefined) {
    const why = 'Docker Content Trust signs tags; deploy NAME:TAG@DIGEST';
    return made([{ kind: 'notary', outcome: 'wrong', step: 'tag-unsigned', why }]);
  }
  const root = Object.hasOwn(roots, gun) ? roots[gun] : undefined;
  const subject = digest === undefined ? undefined : parseDigest(digest);
  const question = { project, gun, tag, subject, server, root, signers };
  const { answer, signed } = await withNotary(effects, { server }, (client) =>
    askSignedTag(effects, client, question),
  );
  const found = made([answer]);
  return signed === undefined ? found : { ...found, answer: { ...found.answer, signed } };
}

/** What nobody names is `latest`, but not beside a digest: then nobody says which tag it was. */
function tagOf({ tag, digest }: ImageReference): string | undefined {
  return tag ?? (digest === undefined ? 'latest' : undefined);
}

function refusalAt(kind: string, step: string, why: string): Refusal {
  return { kind, outcome: 'could-not-check', step, why };
}

function orNothing(
  answers: readonly (Proof | Refusal)[],
  kind: string,
  why: string,
): readonly (Proof | Refusal)[] {
  if (answers.length > 0) return answers;
  return [{ kind, outcome: 'nothing-found', step: 'no-signature', why }];
}

const RANKS = { verified: 0, 'could-not-check': 1, wrong: 2, 'nothing-found': 3 } as const;

/** What decides is kept before what does not. */
function made(answers: readonly (Proof | Refusal | TrustCheck)[]): Made {
  const checks = answers
    .map((one) => ('reason' in one ? one : toTrustCheck(one)))
    .toSorted((a, b) => RANKS[a.outcome] - RANKS[b.outcome])
    .slice(0, MAX_CHECKS);
  const ends = answers.flatMap((one) =>
    'validUntil' in one && one.validUntil !== undefined ? [one.validUntil] : [],
  );
  return { answer: { checks }, ends };
}

function toTrustCheck(answer: Proof | Refusal): TrustCheck {
  const { kind } = answer;
  if (isProof(answer)) {
    const reason = answer.checked.join('; ').slice(0, MAX_REASON);
    const { grade, signer } = answer;
    return { kind, outcome: 'verified', reason, grade, signer };
  }
  const { outcome, step, why } = answer;
  return { kind, outcome, step, reason: why.slice(0, MAX_REASON) };
}
