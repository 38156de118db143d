/** What every database of installed packages is read into, and how its damage is told. */
import type { Json } from '../../domain/json.ts';
import type { NestedCost, ScanProblem } from '../../domain/software-package.ts';
import { BLOCK_LINES, decodeLossy, textBlocks, type TextLine } from './text-lines.ts';

/** A package as its database names it. */
export interface DatabasePackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly source: string;
  readonly sourceVersion: string;
  /** Of rpm: the module that it belongs to, `name:stream:version:context`. */
  readonly modularity?: string;
  /** Of rpm: who built it, as the package says. */
  readonly vendor?: string;
  /** Of a bill of materials: its package URL, which says of which ecosystem it is. */
  readonly purl?: string;
  /** Clean paths of the files of languages, and of executables, that belong to it. */
  readonly files?: readonly string[];
}

/** The packages of one database file, and what was wrong with it. */
export interface PackageDatabase {
  readonly packages: readonly DatabasePackage[];
  readonly problems: readonly ScanProblem[];
  /** The kind of language file where one reader reads several kinds, e.g. executables. */
  readonly language?: string;
  /** What was read within it, where it is an archive. Not kept in its JSON. */
  readonly nested?: NestedCost;
}

/**
 * A block of a database: a package, nothing (not installed), or the line and reason it is wrong.
 */
export type ReadBlock =
  | { readonly package?: DatabasePackage; readonly warning?: BlockError }
  | { readonly error: BlockError };

/** Why a block cannot be read, in words that finish "at line N …". */
export interface BlockError {
  readonly line: number;
  readonly reason: string;
}

const PACKAGES = 200_000;
const PROBLEMS = 20;

/**
 * Reads a database of blocks. A malformed block is skipped with a problem that names its line;
 * binary junk, a file that has text but no readable block, and too many packages are fatal.
 */
export function readDatabase(
  bytes: Uint8Array,
  path: string,
  readBlock: (lines: readonly TextLine[]) => ReadBlock,
): PackageDatabase {
  const { text, valid } = decodeLossy(bytes);
  if (text.includes('\0')) return damaged(path, 'it has zero bytes, so it is no text file');
  const packages: DatabasePackage[] = [];
  const errors: BlockError[] = [];
  let readable = 0;
  for (const lines of textBlocks(text)) {
    if (lines.length > BLOCK_LINES) return damaged(path, `an entry has over ${BLOCK_LINES} lines`);
    const block = readBlock(lines);
    if ('error' in block) {
      errors.push(block.error);
      continue;
    }
    readable += 1;
    if (block.warning) errors.push(block.warning);
    if (block.package) packages.push(block.package);
    if (packages.length > PACKAGES) return damaged(path, `it has more than ${PACKAGES} packages`);
  }
  if (readable === 0 && errors.length > 0) return damaged(path, `no entry of it could be read`);
  return { packages, problems: blockProblems(path, errors, valid) };
}

/** A database as JSON, for keeping. */
export function databaseToJson(database: PackageDatabase): Json {
  return {
    packages: database.packages.map(({ files, ...item }) => ({
      ...item,
      ...(files !== undefined && { files: [...files] }),
    })),
    problems: database.problems.map((problem) => ({ ...problem })),
  };
}

/** The database that {@link databaseToJson} printed. */
export function databaseFromJson(json: Json): PackageDatabase {
  return json as unknown as PackageDatabase;
}

function damaged(path: string, reason: string): PackageDatabase {
  const message = `the package database ${path} could not be read: ${reason}`;
  return { packages: [], problems: [{ code: 'database-damaged', message, fatal: true }] };
}

function blockProblems(
  path: string,
  errors: readonly BlockError[],
  valid: boolean,
): readonly ScanProblem[] {
  const problems = errors.slice(0, PROBLEMS).map(({ line, reason }) => ({
    code: 'package-malformed',
    message: `${path} at line ${line} ${reason}`,
    // The others count, but what this one said is unknown.
    fatal: true,
  }));
  if (errors.length > PROBLEMS) {
    const message = `${path} has ${errors.length - PROBLEMS} more malformed entries`;
    problems.push({ code: 'package-malformed', message, fatal: true });
  }
  if (!valid) {
    const message = `${path} has bytes that are not UTF-8; they were replaced`;
    problems.push({ code: 'text-not-utf8', message, fatal: false });
  }
  return problems;
}
