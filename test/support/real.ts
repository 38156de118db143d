/** Where tests find real programs: on the path, or as scripts/unpack-debian.sh unpacked them. */
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of programs that scripts/unpack-debian.sh unpacked; it need not exist. */
export const UNPACKED = fileURLToPath(new URL('../../.cache/debian/bin', import.meta.url));

/**
 * The absolute path of a real program such as `gpg` or `skopeo`, or undefined where this machine has
 * none; a test then skips with the program's name in its title: `it.skipIf(!gpg)('… (needs gpg)')`.
 */
export function realProgram(name: string, path = process.env.PATH ?? ''): string | undefined {
  return [...path.split(delimiter), UNPACKED]
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isProgram);
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
