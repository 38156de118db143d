/**
 * The rules of the house as functions from parsed files to broken rules, each `file:line: what`.
 * The tables that they are held against stand in test/boundaries.test.ts.
 */
import { basename, dirname } from 'node:path';
import type { SourceFile } from './source-file.ts';

/** What one folder of `src` may reach. */
export interface FolderRule {
  readonly rank: number;
  /** The folders that its files may import, besides itself. */
  readonly imports: readonly string[];
  /** The `node:` modules that it may use; undefined where all are open to it (ranks 2 and up). */
  readonly node?: readonly string[];
}

/** The table of the house: a folder of `src` to what it may reach. */
export type FolderTable = Readonly<Record<string, FolderRule>>;

/** Names of `node:crypto` that give randomness, or all of it at once. */
const RANDOM = /^(\*|default|webcrypto|subtle|random.*|getRandomValues|generate.*)$/;
const VAGUE = /^(index|utils?|helpers?|common|misc|types|constants|shared)$/;
const KEBAB = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|fuzz))?$/;

/** The folder of `src` that a path is in, or undefined for a file beside the folders. */
export function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** Imports that go up in rank, sideways, out of `src`, or without the `.ts` extension. */
export function checkFolderImports(files: readonly SourceFile[], table: FolderTable): string[] {
  return files.flatMap((file) =>
    file.imports.flatMap(({ target, specifier, line }) => {
      if (target === undefined) return [];
      const found = folderFault(file.path, target, table);
      return found === undefined ? [] : [`${file.path}:${line}: imports ${specifier}: ${found}`];
    }),
  );
}

function folderFault(path: string, target: string, table: FolderTable): string | undefined {
  if (!/\.(ts|json)$/.test(target)) return 'write the .ts extension';
  const from = folderOf(path);
  if (!target.startsWith('src/')) return from === undefined ? undefined : 'it is not in src';
  if (from === undefined) return undefined;
  const rule = table[from];
  if (rule === undefined) return `src/${from} is not in the table of the house`;
  const to = folderOf(target);
  if (to === from || (to !== undefined && rule.imports.includes(to))) return undefined;
  const wanted = rule.imports.join(', ') || 'no other folder';
  return `src/${from} may import ${wanted}`;
}

/** Use of `node:` modules where the table does not allow it, and of random functions below rank 2. */
export function checkNodeModules(files: readonly SourceFile[], table: FolderTable): string[] {
  return files.flatMap((file) => {
    const allowed = table[folderOf(file.path) ?? '']?.node;
    if (allowed === undefined) return [];
    return file.imports
      .filter((one) => one.specifier.startsWith('node:'))
      .flatMap(({ specifier, names, line }) => {
        const fault = nodeFault(specifier, names, allowed);
        return fault === undefined ? [] : [`${file.path}:${line}: ${fault}`];
      });
  });
}

function nodeFault(
  specifier: string,
  names: readonly string[],
  allowed: readonly string[],
): string | undefined {
  if (!allowed.includes(specifier)) {
    return `imports ${specifier}; open to it: ${allowed.join(', ') || 'none'}`;
  }
  const random = specifier === 'node:crypto' ? names.filter((name) => RANDOM.test(name)) : [];
  return random.length === 0 ? undefined : `takes ${random.join(', ')} of node:crypto`;
}

/** Phases of a folder, the first one first: a file imports of its own phase and of earlier ones. */
export function checkPhases(
  files: readonly SourceFile[],
  { folder, phases }: { readonly folder: string; readonly phases: readonly string[] },
): string[] {
  const rankOf = (path: string): number => {
    const rank = phases.indexOf(path.slice(folder.length + 1).split('/', 1)[0] ?? '');
    return rank < 0 ? phases.length : rank;
  };
  return files
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target?.startsWith(`${folder}/`) && rankOf(target) > rankOf(path))
        .map(({ specifier, line }) => `${path}:${line}: imports ${specifier} of a later phase`),
    );
}

/** Packages that reach the network, the disk or the terminal, below rank 2. */
export function checkPackages(
  files: readonly SourceFile[],
  { table, outward }: { readonly table: FolderTable; readonly outward: readonly string[] },
): string[] {
  return files
    .filter((file) => isInner(file.path, table))
    .flatMap((file) =>
      file.imports
        .filter(({ specifier }) => outward.includes(specifier.replace(/^([^@/]+).*/, '$1')))
        .map(
          ({ specifier, line }) => `${file.path}:${line}: ${specifier} belongs to rank 2 and up`,
        ),
    );
}

/** Clock, randomness, environment and network taken from the air below rank 2. */
export function checkEffects(files: readonly SourceFile[], table: FolderTable): string[] {
  return files
    .filter((file) => isInner(file.path, table))
    .flatMap(({ path, effects }) =>
      effects.map(({ name, line }) => `${path}:${line}: ${name}; take it as a parameter`),
    );
}

/** Rings of imports, each told once with the files that make it. */
export function checkCycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(
    files.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]),
  );
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): string[] => {
    const seen = trail.indexOf(path);
    if (seen >= 0) return [`${path}:1: a ring: ${[...trail.slice(seen), path].join(' -> ')}`];
    if (done.has(path)) return [];
    const rings = (targets.get(path) ?? []).flatMap((next) => visit(next, [...trail, path]));
    done.add(path);
    return rings;
  };
  return files.flatMap(({ path }) => visit(path, []));
}

/** Base names that occur twice, so that a name alone does not say which file is meant. */
export function checkUniqueNames(files: readonly SourceFile[]): string[] {
  const groups = Map.groupBy(files, ({ path }) => basename(path));
  return [...groups.values()]
    .filter((group) => group.length > 1)
    .map(
      (group) => `${group[0]?.path}:1: the same base name: ${group.map((f) => f.path).join(', ')}`,
    );
}

/** Names that say nothing, or are not kebab-case. */
export function checkFileNames(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path }) => {
    const name = basename(path, '.ts');
    if (VAGUE.test(name))
      return [`${path}:1: the name ${name} says nothing; name its noun or verb`];
    return KEBAB.test(name.replace(/^_/, '')) || name.endsWith('.config')
      ? []
      : [`${path}:1: the name ${name} is not kebab-case`];
  });
}

/** Imports of `_private` files or folders from outside the folder that holds them. */
export function checkPrivateFiles(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, imports }) =>
    imports.flatMap(({ target, line }) => {
      const home = target === undefined ? undefined : /^(.*?)\/_[^/]/.exec(target)?.[1];
      if (home === undefined || `${dirname(path)}/`.startsWith(`${home}/`)) return [];
      return [`${path}:${line}: imports ${target}, which is private to ${home}`];
    }),
  );
}

/** Exports of another file's names: import them from where they are. */
export function checkReexports(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, reexports }) =>
    reexports.map(({ specifier, line }) => `${path}:${line}: re-exports ${specifier}`),
  );
}

/** Files without a paragraph on top, and exported names without a docstring before them. */
export function checkDocstrings(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, topComment, exports }) => [
    ...(topComment === undefined ? [`${path}:1: no paragraph on top says why it exists`] : []),
    ...exports
      .filter(({ documented }) => !documented)
      .map(({ name, line }) => `${path}:${line}: no docstring before ${name}`),
  ]);
}

/** Lines over 100 columns; one that holds a URL may be longer. */
export function checkLineWidth(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        line.length > 100 && !/https?:\/\/\S{40}/.test(line)
          ? [`${path}:${index + 1}: ${line.length} columns; 100 are the limit`]
          : [],
      ),
  );
}

function isInner(path: string, table: FolderTable): boolean {
  const rule = table[folderOf(path) ?? ''];
  return rule !== undefined && rule.rank < 2;
}
