/**
 * When a signature of Notation was made, as somebody else than its signer says: the RFC 3161
 * timestamp in its envelope, where the trust policy names a trust store of timestamps.
 */
import { formatTime, type Micros } from '../domain/time.ts';
import type { NotationEnvelope } from './notation-envelope.ts';
import type { NotationPolicy } from './notation-policy.ts';
import { type NotationTrustStores, trustedCertificates } from './notation-trust-store.ts';
import { refuse } from './refusal.ts';
import { invalidAt, type SigningChain } from './signing-chain.ts';
import { type VerifiedTimestamp, verifyTimestampToken } from './timestamp-token.ts';

/** The time of a signature that is believed. */
export interface SignedTime {
  readonly told: string;
  /** The earliest time of the timestamp. */
  readonly trustedTime: Micros;
}

interface Question {
  readonly chain: SigningChain;
  readonly envelope: NotationEnvelope;
  readonly policy: NotationPolicy;
  readonly trust: { readonly stores: NotationTrustStores; readonly now: Micros };
}

/** Verifies the timestamp; undefined where the policy wants none, so that now must do. */
export function checkSignedTime(question: Question): SignedTime | undefined {
  const { chain, envelope, policy, trust } = question;
  if (!wantsTimestamp(question)) return undefined;
  if (envelope.timestamp === undefined) {
    return refuse('timestamp', 'the signature has no timestamp, and the trust policy wants one');
  }
  const roots = trustedCertificates(trust.stores, policy.trustStores, 'tsa');
  const found = verifyTimestampToken(envelope.timestamp, envelope.signature, roots);
  checkWithin(found, chain);
  checkRevocable(found, policy);
  if (found.latest < envelope.header.signingTime) {
    const [stamp, own] = [found.latest, envelope.header.signingTime].map(formatTime);
    refuse('timestamp', `the timestamp, ${stamp}, is before the signing time, ${own}`);
  }
  return {
    told: `timestamped at ${formatTime(found.earliest)} by "${found.authority}"`,
    trustedTime: found.earliest,
  };
}

function wantsTimestamp({ chain, policy, trust }: Question): boolean {
  if (!policy.trustStores.some(({ kind }) => kind === 'tsa')) return false;
  return policy.verifyTimestamp === 'always' || chain.some(({ notAfter }) => trust.now > notAfter);
}

function checkWithin({ earliest, latest }: VerifiedTimestamp, chain: SigningChain): void {
  const invalid = invalidAt(chain, earliest) ?? invalidAt(chain, latest);
  if (invalid !== undefined) refuse('timestamp', `at the time of the timestamp ${invalid}`);
}

function checkRevocable({ isRevocable }: VerifiedTimestamp, policy: NotationPolicy): void {
  if (!isRevocable || policy.actions.revocation !== 'enforce') return;
  refuse(
    'revocation-unknown',
    'could not check whether a certificate of the timestamp was revoked: its OCSP or CRL would ' +
      'be asked over the network; set the override {"revocation": "log"} or "skip" to do without',
  );
}
