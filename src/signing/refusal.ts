/**
 * Refusals of proofs and keys. Inside this folder a refusal travels as a thrown error with a stable
 * code, because it may come from deep inside a parser; at the edge it becomes a value.
 */
import { AssayError, isAssayError } from '../domain/error.ts';
import type { ErrorCode } from '../domain/error.ts';

/** Which step refused a signature, a payload or a key; stable, kebab-case. */
export type RefusalCode =
  | 'too-large'
  | 'bad-encoding'
  | 'bad-armor'
  | 'bad-packet'
  | 'bad-structure'
  | 'bad-cleartext'
  | 'detached-signature'
  | 'encrypted-message'
  | 'several-signatures'
  | 'unsupported'
  | 'weak-hash'
  | 'weak-key'
  | 'private-key'
  | 'key-revoked'
  | 'key-expired'
  | 'key-may-not-sign'
  | 'bad-key'
  | 'wrong-key'
  | 'signature-from-future'
  | 'signature-expired'
  | 'bad-signature'
  | 'bad-payload'
  | 'bad-claims'
  | 'no-signature'
  | 'envelope'
  | 'critical-attribute'
  | 'verification-plugin'
  | 'signing-scheme'
  | 'algorithm'
  | 'certificate-chain'
  | 'certificate-expired'
  | 'trust-store'
  | 'trust-policy'
  | 'policy-skip'
  | 'revocation-unknown'
  | 'note'
  | 'resource'
  | 'payload-type'
  | 'payload-name'
  | 'payload-digest'
  | 'unknown-key'
  | 'key-unreadable'
  | 'key-retired'
  | 'no-trusted-time'
  | 'metadata-structure'
  | 'metadata-canonical'
  | 'metadata-key'
  | 'metadata-threshold'
  | 'metadata-root'
  | 'metadata-gun'
  | 'metadata-length'
  | 'metadata-hash'
  | 'metadata-expired'
  | 'metadata-rollback'
  | 'metadata-missing'
  | 'delegation-path'
  | 'tag-unsigned'
  | 'tag-digest'
  | 'tag-signer'
  | 'bundle'
  | 'certificate'
  | 'certificate-identity'
  | 'timestamp'
  | 'log-entry'
  | 'log-body'
  | 'trust-root'
  | 'annotation'
  | 'payload-kind'
  | 'predicate-type'
  | 'provenance'
  | 'index-child'
  | 'index-nested'
  | 'grade';

/** Why something was refused: a stable code for programs, a sentence for people. */
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly reason: string;
}

/** Throws a refusal; {@link toRefusal} makes it a value again. */
export function refuse(code: RefusalCode, reason: string, error?: ErrorCode): never {
  throw new AssayError(error ?? 'invalid-argument', reason, { details: { refusal: code } });
}

/**
 * Makes a caught error a refusal value. Errors that are not ours come from the OpenPGP library or
 * from `node:crypto` on hostile bytes: they get the fallback code.
 */
export function toRefusal(error: unknown, fallback: RefusalCode): Refusal {
  const code = isAssayError(error)
    ? (error.details['refusal'] as RefusalCode | undefined)
    : undefined;
  return { ok: false, code: code ?? fallback, reason: errorText(error) };
}

/** The message of whatever was thrown, cut to a line that is fit for a reason. */
export function errorText(error: unknown): string {
  const text = error instanceof Error ? error.message : 'not readable';
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}
