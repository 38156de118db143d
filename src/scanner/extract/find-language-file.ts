/**
 * Which files speak of packages of a language: a family of formats is a table of its own, listed
 * here. Every entry of an image is asked, so a path costs two look-ups by its base name.
 */
import { COMPILED_FILES } from './compiled-files.ts';
import { DOTNET_FILES } from './dotnet-files.ts';
import { JAVA_FILES } from './java-files.ts';
import { JAVASCRIPT_FILES } from './javascript-files.ts';
import type { LanguageFile } from './language-file.ts';
import { OTHER_FILES } from './other-files.ts';
import { PHP_FILES } from './php-files.ts';
import { PYTHON_FILES } from './python-files.ts';
import { RUBY_FILES } from './ruby-files.ts';
import { RUNTIME_FILES } from './runtime-files.ts';
import { SBOM_FILES } from './sbom-files.ts';
import { SCRIPT_FILES } from './script-files.ts';
import { SITE_FILES } from './site-files.ts';
import { SYSTEM_FILES } from './system-files.ts';

/** All families. */
export const LANGUAGE_FAMILIES: readonly (readonly LanguageFile[])[] = [
  JAVASCRIPT_FILES,
  PYTHON_FILES,
  RUBY_FILES,
  PHP_FILES,
  COMPILED_FILES,
  JAVA_FILES,
  DOTNET_FILES,
  OTHER_FILES,
  SCRIPT_FILES,
  SITE_FILES,
  RUNTIME_FILES,
  SBOM_FILES,
  SYSTEM_FILES,
];

/** The rows of some tables, so that the first row that a path is of is found fast. */
export interface LanguageIndex {
  readonly byName: ReadonlyMap<string, readonly LanguageFile[]>;
  /** By the part of an ending from its last dot on; every ending has one. */
  readonly byEnding: ReadonlyMap<string, readonly (readonly [string, LanguageFile])[]>;
}

/** Indexes tables. */
export function indexLanguageFiles(families: readonly (readonly LanguageFile[])[]): LanguageIndex {
  const rows = families.flat();
  const named = rows.flatMap((row) => (row.names ?? []).map((name) => [name, row] as const));
  const ending = rows.flatMap((row) => (row.endings ?? []).map((end) => [end, row] as const));
  const names = Map.groupBy(named, ([name]) => name);
  return {
    byName: new Map([...names].map(([name, found]) => [name, found.map(([, row]) => row)])),
    byEnding: Map.groupBy(ending, ([end]) => fromLastDot(end)),
  };
}

/** The row that a clean path is of: by name first, then by ending, in the order of the tables. */
export function findIndexed(index: LanguageIndex, path: string): LanguageFile | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const named = index.byName.get(name);
  if (named !== undefined) {
    const row = named.find(({ when }) => when === undefined || when(path));
    if (row !== undefined) return row;
  }
  const found = index.byEnding.get(fromLastDot(name));
  return found === undefined ? undefined : firstEnding(found, name, path);
}

function firstEnding(
  rows: readonly (readonly [string, LanguageFile])[],
  name: string,
  path: string,
): LanguageFile | undefined {
  const fits = ([end, { when }]: readonly [string, LanguageFile]): boolean =>
    name.endsWith(end) && (when === undefined || when(path));
  return rows.find(fits)?.[1];
}

function fromLastDot(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot === -1 ? '' : name.slice(dot);
}

const INDEX = indexLanguageFiles(LANGUAGE_FAMILIES);

/** The kind of language file at this clean path. */
export function findLanguageFile(path: string): LanguageFile | undefined {
  return findIndexed(INDEX, path);
}

const BY_EXTRACTOR: ReadonlyMap<string, LanguageFile> = new Map(
  LANGUAGE_FAMILIES.flat().map((row) => [row.name, row]),
);

/** Tells whether files of a kind are told by their bytes: by their paths nothing is of it. */
export function isInspected({ names, endings }: LanguageFile): boolean {
  return names === undefined && endings === undefined;
}

/** The kind of language file that an extractor's name stands for. */
export function languageFileNamed(extractor: string): LanguageFile | undefined {
  return BY_EXTRACTOR.get(extractor);
}
