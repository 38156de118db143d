/** The operator's system policy, from the file that `--system-policy` names. */
import { AssayError, isAssayError } from './domain/error.ts';
import { parseSystemPolicyYaml } from './google/policy-yaml.ts';
import type { GivenSystemPolicy } from './operations/install-system-policy.ts';
import { readTextFile } from './remote/read-text-file.ts';

const MAX_FILE_BYTES = 4 * 1024 * 1024;

/** Reads the file; what is wrong in it is refused with the file's name and the line. */
export async function readSystemPolicy(
  file: string | undefined,
): Promise<GivenSystemPolicy | undefined> {
  if (file === undefined) return undefined;
  const source = await readTextFile(file, MAX_FILE_BYTES);
  try {
    return { parsed: parseSystemPolicyYaml(source), source };
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw new AssayError(cause.code, `--system-policy ${file}: ${cause.message}`, { cause });
  }
}
