/**
 * The one verifier interface. Whatever evidence there is of an image (an attestation, a signature
 * in a registry, a provenance), one function a kind answers for it: a proof that names what was
 * checked, or a refusal that names the step that failed. A verifier reads no network, disk or
 * clock: evidence, trust and times are handed in, and nothing is thrown for bad evidence.
 */
import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import { type RefusalCode, toRefusal } from './refusal.ts';

/** What a verifier of one kind of evidence answers when the evidence holds. */
export interface Proof {
  /** Which verifier: `pgp`, `pkix`, `jwt`, `dsse` and so on. */
  readonly kind: string;
  readonly grade: 'declared' | 'attested' | 'verified';
  readonly subject: Digest;
  /** What was checked, step by step, for people. */
  readonly checked: readonly string[];
  /** Key id, certificate identity or role that signed. */
  readonly signer: string;
  /** Until when this holds without being checked again; absent: as long as the evidence. */
  readonly validUntil?: Micros;
  /** When the evidence existed, as somebody else than its signer says. */
  readonly trustedTime?: Micros;
  /** in-toto statement or predicate, where the evidence carries one. */
  readonly statement?: JsonObject;
}

/** Why evidence proves nothing. */
export interface Refusal {
  readonly kind: string;
  /** No evidence; evidence that is wrong; evidence that cannot be judged here or now. */
  readonly outcome: 'nothing-found' | 'wrong' | 'could-not-check';
  /** The step that failed, e.g. `payload-digest`, `certificate-identity`; stable. */
  readonly step: string;
  readonly why: string;
}

/** Verifies one kind of evidence of a subject against what is trusted. */
export type VerifyEvidence<Evidence, Trust> = (
  subject: Digest,
  evidence: Evidence,
  trust: Trust,
) => Promise<Proof | Refusal>;

/** Tells a proof from a refusal. */
export function isProof(answer: Proof | Refusal): answer is Proof {
  return 'grade' in answer;
}

/** Steps that end with nothing known of the evidence: it may be good. */
const NOT_JUDGED: ReadonlySet<RefusalCode> = new Set([
  'unsupported',
  'key-unreadable',
  'verification-plugin',
  'policy-skip',
  'revocation-unknown',
  'metadata-missing',
  'trust-root',
]);
/** Steps that end before there is any evidence. */
const NOTHING: ReadonlySet<RefusalCode> = new Set(['no-signature', 'tag-unsigned']);

/** Makes what a verifier threw its refusal; `fallback` is the step of errors not of ours. */
export function refusalOf(kind: string, error: unknown, fallback: RefusalCode): Refusal {
  const { code, reason } = toRefusal(error, fallback);
  return { kind, outcome: outcomeOf(code), step: code, why: reason };
}

function outcomeOf(code: RefusalCode): Refusal['outcome'] {
  if (NOTHING.has(code)) return 'nothing-found';
  return NOT_JUDGED.has(code) ? 'could-not-check' : 'wrong';
}
