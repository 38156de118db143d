/** Text files of a folder, with their paths in it; too much is refused, links are passed over. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { AssayError } from '../domain/error.ts';
import { fileProblem, readTextFile } from './read-text-file.ts';

/** One file. */
export interface FolderFile {
  /** As it was reached from where the command runs, for messages. */
  readonly path: string;
  /** Folders below the one that was given, then the file's name, divided by `/`. */
  readonly inside: string;
  readonly text: string;
}

const MAX_FILES = 5000;
const MAX_DEPTH = 32;
const MAX_FILE_BYTES = 16 * 1024 * 1024;
const MAX_BYTES = 128 * 1024 * 1024;

/**
 * Reads a file, or all files of a folder that have one of some endings, in the order of their
 * names; hidden ones are left out. Refuses more than 5,000 files or 128 MiB (`too-large`).
 */
export async function readFolderFiles(
  path: string,
  endings: readonly string[],
): Promise<readonly FolderFile[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  if (!found.isDirectory()) {
    return [{ path, inside: basename(path), text: await readTextFile(path, MAX_FILE_BYTES) }];
  }
  const files: FolderFile[] = [];
  let size = 0;
  for (const file of await listFiles(path, endings, 0)) {
    const text = await readTextFile(file, MAX_FILE_BYTES);
    size += text.length;
    if (files.length === MAX_FILES || size > MAX_BYTES) {
      const most = `at most ${MAX_FILES} files and ${MAX_BYTES / 1024 / 1024} MiB are read`;
      throw new AssayError('too-large', `${path} holds too much: ${most}; name a smaller folder`);
    }
    files.push({ path: file, inside: relative(path, file).split(sep).join('/'), text });
  }
  return files;
}

async function listFiles(
  folder: string,
  endings: readonly string[],
  depth: number,
): Promise<string[]> {
  if (depth === MAX_DEPTH) {
    throw new AssayError('too-large', `${folder} lies deeper than ${MAX_DEPTH} folders`);
  }
  const entries = await readdir(folder, { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  const files: string[] = [];
  for (const entry of visible.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) files.push(...(await listFiles(path, endings, depth + 1)));
    else if (entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
      files.push(path);
  }
  return files;
}
