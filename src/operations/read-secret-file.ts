/** Reading a secret from the file that a person named. */
import { AssayError } from '../domain/error.ts';
import { readTextFile } from '../remote/read-text-file.ts';

const MAX_BYTES = 8192;

/** The first line of a file, without its end; refuses an empty one, and more than one line. */
export async function readSecretFile(path: string): Promise<string> {
  const text = (await readTextFile(path, MAX_BYTES)).replace(/\r?\n$/, '');
  if (text !== '' && !/[\r\n]/.test(text)) return text;
  throw new AssayError('invalid-argument', `${path} is not one line; put the secret alone in it`);
}
