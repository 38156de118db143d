/** Private keys as tools keep them, made into those that sign here. */
import { AssayError } from '../domain/error.ts';
import { isCosignKeyText, openCosignKey } from '../signing/cosign-key.ts';
import type { PrivateKeyText } from '../signing/sign-payload.ts';

/**
 * A key file of cosign without its password, which is the passphrase or else what
 * `COSIGN_PASSWORD` says; every other key as it is. Throws for a wrong password.
 */
export function unlockKey(
  { text, passphrase }: PrivateKeyText,
  cosignPassword: string | undefined,
): PrivateKeyText {
  if (!isCosignKeyText(text)) return passphrase === undefined ? { text } : { text, passphrase };
  const password = passphrase ?? cosignPassword;
  if (password !== undefined) return { text: openCosignKey(text, password) };
  const wanted = 'set COSIGN_PASSWORD, or give --passphrase-file';
  throw new AssayError('invalid-argument', `the cosign key is under a password; ${wanted}`);
}
