/** Facts of images from a file, for trying a policy where no store is: what a store would tell. */
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import { factsKey } from '../policy/facts-key.ts';
import { readTextFile } from '../remote/read-text-file.ts';

const MAX_BYTES = 64 * 1024 * 1024;
const FORM = '{"IMAGE": {"state": {…}, "facts": {…}}}, as assay images facts prints it';

/** The JSON text that builtins are handed: an object by images, however those are written. */
export async function readFactsFile(path: string): Promise<string> {
  const table = parse(path, await readTextFile(path, MAX_BYTES));
  const pairs = isJsonObject(table) ? Object.entries(table) : [];
  const wrong = pairs.find(([, told]) => !isJsonObject(told) || !isJsonObject(told['state'] ?? {}));
  if (!isJsonObject(table) || wrong) {
    const where = wrong ? `${JSON.stringify(wrong[0].slice(0, 300))} in ${path}` : path;
    throw new AssayError('invalid-argument', `${where} has no facts of images; wanted ${FORM}`);
  }
  return JSON.stringify(Object.fromEntries(pairs.map(([image, told]) => [factsKey(image), told])));
}

function parse(path: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const message = `${path} is not JSON: ${(cause as Error).message}`;
    throw new AssayError('invalid-argument', message, { cause });
  }
}
