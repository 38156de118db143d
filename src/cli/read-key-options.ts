/** Keys that options name: from files, environment variables and JWK sets. */
import { decodeBase64 } from '../domain/base64.ts';
import { AssayError } from '../domain/error.ts';
import type { KeyText } from '../operations/add-attestor-keys.ts';
import type { CliContext, OptionValues } from './command.ts';
import { textOption, textOptions } from './options.ts';

const MAX_KEY = 256 * 1024;

/** The public keys of `--key`, `--key-env` and `--jwks`; a private key is refused unsent. */
export async function readPublicKeys(
  context: CliContext,
  options: OptionValues,
): Promise<readonly KeyText[]> {
  const { readKeyPlace } = await import('../operations/read-key-place.ts');
  const { readNamedText } = await import('../operations/read-named-file.ts');
  const sets = await Promise.all(
    textOptions(options, 'jwks').map((place) => readKeyPlace(place, () => context.now())),
  );
  const files = await Promise.all(
    textOptions(options, 'key').map((path) => readNamedText(path, MAX_KEY)),
  );
  const variables = textOptions(options, 'keyEnv').map((name) => takeKey(context, name));
  const algorithm = textOption(options, 'algorithm');
  const said = algorithm === undefined ? {} : { algorithm };
  const keys = [...files, ...variables].map((text) => ({ text: refusePrivate(text), ...said }));
  return [...keys, ...sets.map((text) => ({ text }))];
}

/**
 * Takes a key out of the environment: it is read once, in base64, and no child inherits it. Errors
 * name the variable, never what is in it.
 */
export function takeKey({ env }: CliContext, name: string): string {
  const text = env[name];
  if (text === undefined || text === '') {
    throw new AssayError('invalid-argument', `the environment variable ${name} is not set`);
  }
  Reflect.deleteProperty(env, name);
  try {
    const bytes = decodeBase64(text.replaceAll(/\s+/g, ''));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new AssayError(
      'invalid-argument',
      `the environment variable ${name} is not base64 of a key; set it to: base64 -w0 KEY-FILE`,
    );
  }
}

function refusePrivate(text: string): string {
  if (!text.includes('PRIVATE KEY')) return text;
  throw new AssayError('invalid-key', 'this is a private key; give its public half');
}
