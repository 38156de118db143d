/** Reading a file that a person named on the command line. */
import { readFileCapped, readTextFile } from '../remote/read-text-file.ts';

/** The bytes of a file as they are; throws `too-large` beyond the cap, `not-found` for none. */
export function readNamedFile(path: string, cap: number): Promise<Uint8Array> {
  return readFileCapped(path, cap);
}

/** The text of a file, which must be UTF-8. */
export function readNamedText(path: string, cap: number): Promise<string> {
  return readTextFile(path, cap);
}
