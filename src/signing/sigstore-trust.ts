/** Whom a signature in sigstore's forms must be of, and what must stand beside it. */
import type { AttestorKey, KeyStanding } from '../domain/attestor.ts';
import type { CertificateIdentity } from './signer-identity.ts';
import type { SigstoreRoot } from './sigstore-root.ts';

/** One key, or the holder of a short-lived certificate. */
export type SigstoreSigner =
  | { readonly kind: 'key'; readonly key: AttestorKey }
  | { readonly kind: 'certificate'; readonly identities: readonly CertificateIdentity[] };

/** How many of each must verify; whatever there is beyond must verify as well. */
export interface SigstoreNeeds {
  readonly logEntries: number;
  /** Certificate transparency: timestamps inside the certificate. */
  readonly certificateLogs: number;
  /** Trusted times, of logs and of timestamp authorities together. */
  readonly times: number;
}

/** What a verifier of sigstore's forms trusts and asks for. */
export interface SigstoreTrust {
  readonly by: SigstoreSigner;
  /** Needed by certificate; by key, log entries and timestamps are looked at only with it. */
  readonly root?: SigstoreRoot;
  /** Default: by certificate one of each, by key none. */
  readonly needs?: Partial<SigstoreNeeds>;
  /** Revocations and retirements by what a key is. */
  readonly standings?: Readonly<Record<string, KeyStanding>>;
  /** Annotations that the signed payload must have, each equal. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** The statement's predicate; absent: that of a plain signature. */
  readonly predicateType?: string;
}

const NEEDS: Readonly<Record<SigstoreSigner['kind'], SigstoreNeeds>> = {
  key: { logEntries: 0, certificateLogs: 0, times: 0 },
  certificate: { logEntries: 1, certificateLogs: 1, times: 1 },
};

/** What is needed, with the defaults of the kind of signer. */
export function needsOf({ by, needs }: SigstoreTrust): SigstoreNeeds {
  return { ...NEEDS[by.kind], ...needs };
}
