/** An attestor: whose keys may sign which note's attestations. */
import type { NoteKind } from './note.ts';
import type { Micros } from './time.ts';

/** A public key of an attestor: PGP armor or a PKIX PEM with its algorithm. */
export interface AttestorKey {
  /** PGP: upper-case fingerprint, recomputed. PKIX: an RFC 3986 URI. */
  readonly id: string;
  readonly comment?: string;
  /** Armored text, kept verbatim. */
  readonly asciiArmoredPgpPublicKey?: string;
  readonly pkixPublicKey?: { readonly publicKeyPem: string; readonly signatureAlgorithm: string };
}

/** Our name of the algorithm that Google's enumeration of PKIX algorithms lacks. */
export const ED25519 = 'ED25519';

/** From when on a key's signatures count no more; older ones do where a trusted time says so. */
export interface KeyStanding {
  /** The key was compromised, or may have been. */
  readonly revokedFrom?: Micros;
  /** The key was replaced: what it signed stays good. */
  readonly retiredFrom?: Micros;
}

/** An attestor. `name` is `projects/P/attestors/A`. */
export interface Attestor {
  readonly name: string;
  readonly description?: string;
  /** `projects/P/notes/N`; immutable. */
  readonly noteReference: string;
  readonly publicKeys: readonly AttestorKey[];
  /** How many different keys must have signed; absent: 1. */
  readonly threshold?: number;
  /**
   * By what a key is, never by the id that it was given: fingerprint, or digest of the DER key. It
   * outlasts the key's removal, so that a revoked key cannot be added anew.
   */
  readonly standings?: Readonly<Record<string, KeyStanding>>;
  readonly updateTime: Micros;
  /** Opaque bytes in base64. */
  readonly etag: string;
}

/** Tells whether occurrences of a kind of note can be an attestor's attestations. */
export function isAttestationKind(kind: NoteKind): boolean {
  return kind === 'ATTESTATION' || kind === 'DSSE_ATTESTATION';
}
