/**
 * What the Go linker writes into executables (debug/buildinfo): the lines that `go version -m`
 * prints, of which each module is a package, and the release, which is the package `stdlib`.
 */
import { withoutV } from './go-mod.ts';
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { textLines } from './text-lines.ts';

/** What an executable says; without module lines it was built outside of module mode. */
export interface GoBuildInfo {
  /** E.g. `go1.21.5`, `go1.22.1 X:boringcrypto` or `devel go1.23-abc …`. */
  readonly release: string | undefined;
  readonly modules: string;
}

/** The row that Go executables are of, by its name. */
export const GO_EXECUTABLE = 'go-executable';

interface Module {
  readonly name: string | undefined;
  readonly version: string | undefined;
}

/** Reads the packages. A main module that was built from a folder has the version `(devel)`. */
export function goPackages({ release, modules }: GoBuildInfo, path: string): PackageDatabase {
  const list = newPackageList(path, 'installed');
  for (const { name, version } of moduleLines(modules)) {
    list.add(name, version === undefined ? '(devel)' : withoutV(version));
  }
  const standard = release === undefined ? undefined : /^go(\d[\w.]*)/.exec(release)?.[1];
  if (standard !== undefined) list.add('stdlib', standard);
  else if (!release?.startsWith('devel')) list.note('does not say which Go release built it');
  return { ...list.database(), language: GO_EXECUTABLE };
}

/** A line `=>` replaces the module of the line before it; a folder keeps the module's name. */
function moduleLines(text: string): readonly Module[] {
  const modules: Module[] = [];
  for (const { text: line } of textLines(text)) {
    const [kind, name, version] = line.split('\t', 3);
    if (kind === 'mod' || kind === 'dep') modules.push({ name, version: version || undefined });
    else if (kind === '=>') modules.push(replaced(modules.pop(), { name, version }));
  }
  return modules;
}

function replaced(module: Module | undefined, by: Module): Module {
  const folder = /^(?:\.{0,2}\/|[A-Za-z]:[\\/])/.test(by.name ?? '');
  return folder ? { name: module?.name, version: undefined } : by;
}
