/** An attestor: whose keys may sign which note's attestations. */
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

/** An attestor. `name` is `projects/P/attestors/A`. Its keys are alternatives: one suffices. */
export interface Attestor {
  readonly name: string;
  readonly description?: string;
  /** `projects/P/notes/N`; immutable. */
  readonly noteReference: string;
  readonly publicKeys: readonly AttestorKey[];
  readonly updateTime: Micros;
  /** Opaque bytes in base64. */
  readonly etag: string;
}
