/** Files that are told by their first bytes, wherever they lie and whatever their names are. */
import type { ExtractedFile } from '../../domain/software-package.ts';
import type { FileInspector, InspectedFile } from '../../image/file-inspector.ts';
import { databaseToJson, type PackageDatabase } from './package-database.ts';

/** One kind of file, and who watches it go by. */
interface InspectedKind {
  /** First bytes, in hexadecimal digits: two, or four bytes. */
  readonly heads: readonly string[];
  /** Its database says by `language` which kind of language file it stands for. */
  readonly open: () => FileInspector<PackageDatabase>;
}

/** All kinds. */
const KINDS: readonly InspectedKind[] = [];

const BY_HEAD = new Map(KINDS.flatMap((kind) => kind.heads.map((head) => [head, kind] as const)));

/** Who watches a file with these first bytes; undefined where nobody does. */
export function inspectFile({ head }: InspectedFile): FileInspector<ExtractedFile> | undefined {
  const digits = Buffer.from(head).toString('hex');
  const inspector = (BY_HEAD.get(digits) ?? BY_HEAD.get(digits.slice(0, 4)))?.open();
  return (
    inspector && { push: (chunk) => inspector.push(chunk), end: () => toFile(inspector.end()) }
  );
}

function toFile(database: PackageDatabase | undefined): ExtractedFile | undefined {
  const extractor = database?.language;
  if (database === undefined || extractor === undefined) return undefined;
  return { extractor, data: databaseToJson(database) };
}
