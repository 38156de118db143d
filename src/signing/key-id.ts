/** Which key of an attestor a signature means to be of, apart from the libraries that verify it. */
import type { AttestorKey } from '../domain/attestor.ts';

/**
 * Tells whether a signature's `publicKeyId` names a key; it only finds the key. PGP ids are hex
 * digits in either case, `openpgp4fpr:` optional.
 */
export function sameKeyId(key: AttestorKey, id: string): boolean {
  if (key.asciiArmoredPgpPublicKey === undefined) return key.id === id;
  return key.id.toUpperCase() === id.replace(/^openpgp4fpr:/i, '').toUpperCase();
}
