/**
 * What a key is called by what it is: the same key has this name under whatever id it was given, so
 * that it counts once towards a threshold, and a revoked one stays revoked.
 */
import type { AttestorKey } from '../domain/attestor.ts';
import { knownPkixKey } from './pkix-key-memory.ts';

/** A checked key's fingerprint, or the digest of its DER form. */
export function keyNameOf({ id, pkixPublicKey: pkix }: AttestorKey): string {
  if (pkix === undefined) return id.toUpperCase();
  return knownPkixKey(pkix.publicKeyPem, pkix.signatureAlgorithm).id;
}
