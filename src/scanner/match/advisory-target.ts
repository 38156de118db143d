/**
 * As what a package is looked up among advisories, and which entries of an advisory are about it.
 * Distributions' records name source packages; those of Red Hat name both source and binary ones.
 * Modules, Ksplice builds and minor releases of Red Hat are lines of their own: an entry of one
 * line says nothing of another.
 */
import type { Advisory, AffectedPackage } from '../../domain/advisory.ts';
import type { SoftwarePackage } from '../../domain/software-package.ts';
import { normalisePackageName } from '../../domain/package-name.ts';
import { versionVariant } from './version-variant.ts';

/** Under which an advisory's affected packages are looked up. */
export interface AdvisoryKey {
  /** OSV ecosystem with release, e.g. `Debian:12`. */
  readonly ecosystem: string;
  readonly name: string;
}

/** A name of a package with the version that is judged under it. */
export interface AdvisoryTarget extends AdvisoryKey {
  readonly version: string;
}

/** An entry that is about a package, and the version that it judges. */
export interface TargetEntry {
  readonly entry: AffectedPackage;
  readonly version: string;
}

/** The names of a package among advisories, its source's first; none without an ecosystem. */
export function advisoryTargets(pkg: SoftwarePackage): readonly AdvisoryTarget[] {
  const { ecosystem, source, name, version } = pkg;
  if (ecosystem === undefined) return [];
  const own = {
    ecosystem,
    name: normalisePackageName(ecosystem, source.name),
    version: source.version,
  };
  if (!ecosystem.startsWith('Red Hat:') || name === source.name) return [own];
  return [own, { ecosystem, name, version }];
}

/** The entries of an advisory that are about a package. */
export function targetEntries(
  { affected }: Advisory,
  pkg: SoftwarePackage,
): readonly TargetEntry[] {
  return advisoryTargets(pkg).flatMap((target) => {
    const { ecosystem, name, version } = target;
    const named = affected.filter((one) => one.name === name && one.ecosystem === ecosystem);
    const lines = named.filter((entry) => isOfLine(entry, pkg, version));
    return ofMinor(lines, target).map((entry) => ({ entry, version }));
  });
}

function isOfLine(entry: AffectedPackage, pkg: SoftwarePackage, version: string): boolean {
  return isOfModule(entry, pkg, version) && isOfVariant(entry, version);
}

/** OSV's data of Red Hat name no stream, but a fix's version says whether it is of a module. */
function isOfModule(entry: AffectedPackage, { module }: SoftwarePackage, version: string): boolean {
  if (entry.module !== undefined) return entry.module === module;
  if (!entry.ecosystem.startsWith('Red Hat:')) return module === undefined;
  const fixed = fixOf(entry);
  if (fixed === undefined) return module === undefined;
  return MODULAR.test(fixed) === (module !== undefined || MODULAR.test(version));
}

const MODULAR = /\.module[+_]el/;

function isOfVariant(entry: AffectedPackage, version: string): boolean {
  return !entry.ecosystem.startsWith('Oracle Linux:') || entry.variant === versionVariant(version);
}

/**
 * Red Hat names a fix for each minor release that got one. Where one is of the version's own minor
 * release, as both say (`.el9_2`), it alone tells; else all do.
 */
function ofMinor(
  entries: readonly AffectedPackage[],
  { ecosystem, version }: AdvisoryTarget,
): readonly AffectedPackage[] {
  const own = ecosystem.startsWith('Red Hat:') ? minorOf(version) : undefined;
  if (own === undefined) return entries;
  const same = entries.filter((entry) => minorOf(fixOf(entry) ?? '') === own);
  return same.length === 0 ? entries : same;
}

function minorOf(version: string): string | undefined {
  return /\.(module\+el\d+\.\d+|el\d+_\d+)/.exec(version)?.[1];
}

function fixOf({ ranges }: AffectedPackage): string | undefined {
  const fixes = ranges.flatMap(({ events }) => events.flatMap(({ fixed }) => fixed ?? []));
  return fixes.find((fixed) => fixed !== '0');
}
