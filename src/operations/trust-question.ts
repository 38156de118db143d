/** What is asked about an image's signatures, and what is answered: values that others pass on. */
import type { ImageReference } from '../domain/image-reference.ts';
import type { TrustAuthority } from '../domain/image-trust-policy.ts';
import type { Micros } from '../domain/time.ts';
import type { TrustEvidence } from '../domain/verdict.ts';
import type { PullSecret } from '../remote/pull-secrets.ts';

/** What a registry or a notary server is asked about; an attestor's proofs are in the store. */
export type AskedAuthority = Exclude<TrustAuthority, { readonly kind: 'attestor' }>;

/** What the authorities are asked about. */
export interface TrustQuestion {
  readonly project: string;
  /** Of the request, whose pull secrets may then be used. */
  readonly namespace?: string | undefined;
  /** The namespace's credentials, where it has any. */
  readonly secret?: PullSecret | undefined;
  /** With a digest, except where only notary servers are asked. */
  readonly reference: ImageReference;
  readonly authorities: readonly AskedAuthority[];
}

/** What one authority has to say. */
export type TrustAnswer = Pick<TrustEvidence, 'checks' | 'signed'>;

/** The answers in the order of the authorities, and until when they may be used again. */
export interface StandingTrust {
  readonly answers: readonly TrustAnswer[];
  readonly validUntil: Micros;
}

/** Verifies, remembers or joins; throws `unavailable` for whom the signal ends the waiting. */
export type CheckTrust = (question: TrustQuestion, signal?: AbortSignal) => Promise<StandingTrust>;
