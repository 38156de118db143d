/** What a verifier of attestations trusts: one key of an attestor, for one name, at one time. */
import type { AttestorKey, KeyStanding } from '../domain/attestor.ts';
import { formatTime, SECOND, type Micros } from '../domain/time.ts';
import { requireStanding } from './key-standing.ts';
import type { PgpKey } from './read-pgp-key.ts';
import { refuse } from './refusal.ts';

/** One key, and what it has to have signed. */
export interface KeyTrust {
  readonly key: AttestorKey;
  /** Revocations and retirements by what a key is: fingerprint, or digest of the DER key. */
  readonly standings?: Readonly<Record<string, KeyStanding>>;
  /** Normalised name of the image, without tag and digest. */
  readonly imageName: string;
  readonly now: Micros;
  /** When the evidence was received, as we saw ourselves; never what it says itself. */
  readonly received?: Micros;
  /** Reads an armored key; hand in one that remembers. Default: `readPgpKey`. */
  readonly readKey?: (armored: string) => Promise<PgpKey>;
}

/** How far ahead of our clock a signer's may be. */
const SKEW: Micros = 300 * SECOND;

/**
 * Refuses a key that had no standing any more when the evidence was received; gives what there was
 * to check, in words.
 */
export function requireTrusted(
  keyName: string,
  { standings, received }: KeyTrust,
): readonly string[] {
  const standing =
    standings !== undefined && Object.hasOwn(standings, keyName) ? standings[keyName] : undefined;
  if (standing === undefined || received === undefined) {
    requireStanding(keyName, standing ?? {}, received);
    return [];
  }
  requireStanding(keyName, standing, received);
  return [`received at ${formatTime(received)}, before the end of the key`];
}

/** The trusted time of a proof, where there is one. */
export function receivedAt({ received }: KeyTrust): { readonly trustedTime?: Micros } {
  return received === undefined ? {} : { trustedTime: received };
}

/** Refuses times of a signed text that are over or yet to come. */
export function requireTimes(
  times: { readonly expires?: Micros | undefined; readonly starts?: Micros | undefined },
  now: Micros,
): void {
  const { expires, starts } = times;
  if (expires !== undefined && expires <= now) {
    refuse('signature-expired', `it expired at ${formatTime(expires)}`);
  }
  if (starts === undefined || starts <= now + SKEW) return;
  refuse('signature-from-future', `it is dated ${formatTime(starts)}, which is yet to come`);
}
