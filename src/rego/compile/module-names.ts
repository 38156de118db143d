/** What names mean in a module: rules of its package, wherever they are written, and imports. */
import { splitPlace } from './lower-rule.ts';
import { type ModuleNames, pathKey } from './lowering.ts';
import type { Module } from '../syntax/syntax.ts';

/** The names of each package: what its rules are called, over all modules. */
export type PackageNames = ReadonlyMap<string, ReadonlySet<string>>;

/** Collects the names of packages. */
export function namesOfPackages(modules: readonly Module[]): PackageNames {
  const packages = new Map<string, Set<string>>();
  for (const module of modules) {
    const key = pathKey(module.package);
    const names = packages.get(key) ?? new Set();
    packages.set(key, names);
    for (const rule of module.rules) names.add(splitPlace(rule).prefix[0] ?? '');
  }
  return packages;
}

/** The names of one module. */
export function namesOfModule(
  module: Pick<Module, 'package' | 'imports' | 'version'>,
  packages: PackageNames,
): ModuleNames {
  const globals = new Map<string, readonly string[]>();
  for (const name of packages.get(pathKey(module.package)) ?? []) {
    globals.set(name, ['data', ...module.package, name]);
  }
  for (const { path, alias } of module.imports) {
    const [root] = path;
    if (root !== 'data' && root !== 'input') continue;
    const name = alias ?? path.at(-1) ?? root;
    if (name !== root || path.length > 1) globals.set(name, path);
  }
  const negatesAll = module.imports.some(({ path }) => path.join('.') === 'future.keywords.not');
  return { package: module.package, version: module.version, globals, negatesAll };
}
