/** Files that are told by their first bytes, wherever they lie and whatever their names are. */
import type { ExtractedFile } from '../../domain/software-package.ts';
import type { FileInspector, InspectedFile } from '../../image/file-inspector.ts';
import { databaseToJson, type PackageDatabase } from './package-database.ts';

/** One kind of file, and who watches it go by. */
interface InspectedKind {
  /** The first two bytes, or the first four, as numbers with the first byte highest. */
  readonly heads: readonly number[];
  /** Its database says by `language` which kind of language file it stands for. */
  readonly open: () => FileInspector<PackageDatabase>;
}

/** All kinds. */
const KINDS: readonly InspectedKind[] = [];

const BY_HEAD = new Map(KINDS.flatMap((kind) => kind.heads.map((head) => [head, kind] as const)));

/** Who watches a file with these first bytes; undefined where nobody does. */
export function inspectFile({ head }: InspectedFile): FileInspector<ExtractedFile> | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = head;
  const two = a * 256 + b;
  const inspector = (BY_HEAD.get(two) ?? BY_HEAD.get((two * 256 + c) * 256 + d))?.open();
  return (
    inspector && { push: (chunk) => inspector.push(chunk), end: () => toFile(inspector.end()) }
  );
}

function toFile(database: PackageDatabase | undefined): ExtractedFile | undefined {
  const extractor = database?.language;
  if (database === undefined || extractor === undefined) return undefined;
  return { extractor, data: databaseToJson(database) };
}
