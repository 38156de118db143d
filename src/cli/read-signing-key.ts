/** The private key that options name, read where it is used; it stays in this process. */
import { AssayError } from '../domain/error.ts';
import type { SigningKey } from '../operations/sign-attestation.ts';
import type { CliContext, OptionValues } from './command.ts';
import { textOption } from './options.ts';
import { takeKey } from './read-key-options.ts';

const MAX_KEY = 256 * 1024;
const MAX_PASSPHRASE = 4096;
const KEY_OPTIONS = ['key', 'keyEnv', 'pgpKey', 'gpgAgent'] as const;
/** Where cosign looks for the password of its key files. */
const COSIGN_PASSWORD = 'COSIGN_PASSWORD';

/** Reads the one key that is named; a key file of cosign is unlocked. */
export async function readSigningKey(
  context: CliContext,
  options: OptionValues,
): Promise<SigningKey> {
  const given = KEY_OPTIONS.filter((name) => textOption(options, name) !== undefined);
  const [kind = 'key', ...others] = given;
  if (given.length === 0 || others.length > 0) {
    const wanted = 'give one of --key, --key-env, --pgp-key and --gpg-agent';
    throw new AssayError('invalid-argument', `found ${given.length} keys to sign with; ${wanted}`);
  }
  const value = textOption(options, kind) ?? '';
  const passphraseFile = textOption(options, 'passphraseFile');
  if (kind === 'gpgAgent') {
    const file = passphraseFile === undefined ? {} : { passphraseFile };
    return { kind: 'gpg', keyId: value, env: context.env, ...file };
  }
  const { readNamedText } = await import('../operations/read-named-file.ts');
  const { unlockKey } = await import('../operations/unlock-key.ts');
  const text = kind === 'keyEnv' ? takeKey(context, value) : await readNamedText(value, MAX_KEY);
  const password = takeVariable(context, COSIGN_PASSWORD);
  if (passphraseFile === undefined) return { kind: 'text', ...unlockKey({ text }, password) };
  const passphrase = (await readNamedText(passphraseFile, MAX_PASSPHRASE)).replace(/\r?\n$/, '');
  return { kind: 'text', ...unlockKey({ text, passphrase }, password) };
}

/** Takes a variable out of the environment: no child inherits it. */
function takeVariable({ env }: CliContext, name: string): string | undefined {
  const text = env[name];
  Reflect.deleteProperty(env, name);
  return text;
}
