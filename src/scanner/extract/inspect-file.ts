/** Files that are told by their first bytes, wherever they lie and whatever their names are. */
import type { ExtractedFile } from '../../domain/software-package.ts';
import type { FileInspector, InspectedFile } from '../../image/file-inspector.ts';
import { inspectExecutable } from './executable-inspector.ts';
import { databaseToJson, type PackageDatabase } from './package-database.ts';

/**
 * Who watches a file with these first bytes; undefined where nobody does. The database says by its
 * `language` which kind of language file it stands for.
 */
export function inspectFile(file: InspectedFile): FileInspector<ExtractedFile> | undefined {
  const inspector = inspectExecutable(file);
  if (inspector === undefined) return undefined;
  return { push: (chunk) => inspector.push(chunk), end: () => toFile(inspector.end()) };
}

function toFile(database: PackageDatabase | undefined): ExtractedFile | undefined {
  const extractor = database?.language;
  if (database === undefined || extractor === undefined) return undefined;
  return { extractor, data: databaseToJson(database) };
}
