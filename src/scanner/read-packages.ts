/** From an image's files to the packages that are installed in it, each with its layer. */
import type { Json } from '../domain/json.ts';
import type { ScannedPackage } from '../domain/scan-result.ts';
import {
  GIVEN_SBOM,
  type PackageSet,
  type ScanProblem,
  type ScanStatus,
} from '../domain/software-package.ts';
import type { FileTree, Resolution } from '../image/fold-layers.ts';
import type { TreeFile } from '../image/walk-tree.ts';
import {
  EXTRACTORS,
  findExtractor,
  isNameOnTheWay,
  mayLeadToDirectory,
  STAND_INS,
  type Extractor,
  type UnreadFile,
} from './extract/extractors.ts';
import type { OsRelease } from './extract/os-release.ts';
import { databaseFromJson, type DatabasePackage } from './extract/package-database.ts';
import { PECL_TYPE } from './extract/php-files.ts';
import { RUNTIME_TYPE } from './extract/runtime-files.ts';
import { UNMATCHED_SYSTEM_TYPES } from './extract/system-files.ts';
import { dataOf, type FileVersion, layerFinder, versionsOf } from './layer-finder.ts';
import { readNixStore } from './nix-store.ts';
import { type FileOwner, markOwned } from './owned-packages.ts';
import { readLanguages, type ReadLanguages } from './read-languages.ts';
import {
  ecosystemProblems,
  readSystem,
  repositoriesProblem,
  type KnownSystem,
} from './read-system.ts';
import { systemPackageUrl, toSystemPackage } from './system-package.ts';

/** The packages of an image, and what a second reading of its layers could still find. */
export interface ReadPackages extends PackageSet {
  readonly packages: readonly ScannedPackage[];
  /** Files that links lead to; read every layer again with `extendedLayerReader(unread)`. */
  readonly unread: readonly UnreadFile[];
}

/**
 * Reads an image's packages, its system's and those of languages. A problem that is fatal makes it
 * INCOMPLETE. A system that is not known is UNSUPPORTED; where there is none at all, the packages
 * of languages are all there is. Packages of another kind than the system's have no advisories
 * here: that is INCOMPLETE, too.
 */
export function readPackages(tree: FileTree): ReadPackages {
  const found = withoutStandIns(findFiles(tree));
  const known = systemOf(found);
  const own = found.flatMap((file) => filePackages(file, known));
  const read = ofSystem(readLanguages(tree), known);
  const owners = { owners: found.flatMap(ownersOf), names: new Set(own.map(({ name }) => name)) };
  const languages = {
    ...read,
    packages: [...markOwned(tree, read.packages, owners), ...readNixStore(tree)],
  };
  const unread = found.flatMap((file) => file.unread ?? []).slice(0, UNREAD);
  const problems = [
    ...tree.problems,
    ...found.flatMap((file) => fileProblems(file)),
    ...languages.problems,
    ...withoutEcosystem(languages.packages, known),
    ...systemProblems({ tree, found, known, own, languages }),
  ];
  return {
    ...(known && { system: known.system }),
    packages: sortPackages([...own, ...languages.packages]),
    problems: distinct(problems),
    status: statusOf(problems),
    unread: [...unread, ...languages.unread],
  };
}

/** Most files that a second reading is asked for; the rest stays unread, which is INCOMPLETE. */
const UNREAD = 100;

/** One place where an extractor looks, and what is there. */
interface FoundFile {
  readonly extractor: Extractor;
  /** Where the file lies; also what packages name as their path. */
  readonly path: string;
  readonly data?: Json;
  /** Data of the files that it replaced and its own, oldest first. */
  readonly versions: readonly FileVersion[];
  readonly problems: readonly ScanProblem[];
  readonly unread?: UnreadFile;
}

function findFiles(tree: FileTree): FoundFile[] {
  const seen = new Set<string>();
  return EXTRACTORS.flatMap((extractor) => locations(tree, extractor))
    .flatMap((location) => findFile(tree, location))
    .filter(({ extractor, path, data }) => {
      const key = `${extractor.name} ${path}`;
      if (data === undefined) return true;
      return !seen.has(key) && seen.add(key);
    });
}

interface Location {
  readonly extractor: Extractor;
  readonly wanted: string;
  /** Set for a directory that could not be listed for certain. */
  readonly unlisted?: Resolution;
}

function locations(tree: FileTree, extractor: Extractor): Location[] {
  const files = extractor.files.map((wanted) => ({ extractor, wanted }));
  const children = extractor.directories.flatMap((directory): Location[] => {
    const resolution = tree.resolve(directory);
    const linked = !tree.allEntries && tree.symlinks.some(mayLeadToDirectory);
    if (linked || !isExact(tree, resolution)) {
      return [{ extractor, wanted: directory, unlisted: resolution }];
    }
    return resolution.names
      .map((name) => ({ extractor, wanted: `${directory}/${name}` }))
      .filter(({ wanted }) => findExtractor(wanted) !== undefined);
  });
  return [...files, ...children];
}

/** Tells whether nothing that was not kept can have a say in where the path leads. */
function isExact(tree: FileTree, { visited }: Resolution): boolean {
  return tree.allEntries || visited.every(isNameOnTheWay);
}

function findFile(tree: FileTree, location: Location): FoundFile[] {
  const { extractor, wanted, unlisted } = location;
  const resolution = unlisted ?? tree.resolve(wanted);
  const { path, file, problems } = resolution;
  const base = { extractor, path, versions: [], problems };
  const unread = { ...base, unread: { path: file?.entry.path ?? path, wanted } };
  if (unlisted !== undefined || !isExact(tree, resolution)) return [unread];
  if (file !== undefined) return [readFile(file, unread)];
  if (resolution.hardLink === true) return [unread];
  return problems.length > 0 ? [base] : [];
}

function readFile(file: TreeFile, unread: FoundFile): FoundFile {
  const { extractor, path, problems } = unread;
  const data = dataOf(file, extractor.name);
  if (data === undefined) return unread;
  return { extractor, path, problems, data, versions: versionsOf(file, extractor.name) };
}

function fileProblems(file: FoundFile): ScanProblem[] {
  const own = isDatabase(file) && file.data ? databaseFromJson(file.data).problems : [];
  if (file.unread === undefined) return [...file.problems, ...own];
  const { path, wanted } = file.unread;
  const message = `${wanted} leads to ${path}, whose content was not read`;
  return [...file.problems, { code: 'content-not-read', message, fatal: true }];
}

function isDatabase(file: FoundFile): boolean {
  return file.extractor.type !== undefined;
}

/**
 * os-release(5): the file in etc goes before the one in usr/lib. Where neither is there, other
 * files may tell.
 */
function systemOf(found: readonly FoundFile[]): KnownSystem | undefined {
  const release =
    valuesOf<OsRelease>(found, 'os-release')[0] ??
    valuesOf<OsRelease>(found, 'release-file').find(({ id }) => id !== '');
  if (release === undefined) return undefined;
  const contentSets = [...new Set(valuesOf<readonly string[]>(found, 'content-sets').flat())];
  return readSystem(release, { contentSets, pro: hasProPackages(found) });
}

/** What an extractor read, file by file; it alone knows its type. */
function valuesOf<T>(found: readonly FoundFile[], name: string): readonly T[] {
  return found.flatMap(({ extractor, data }) =>
    extractor.name === name && data !== undefined ? [data as unknown as T] : [],
  );
}

/** Ubuntu Pro's versions end in `esm` and a number; nobody else gets them. */
function hasProPackages(found: readonly FoundFile[]): boolean {
  return databasesOf(found).some(({ version }) => /[+~.]esm\d/.test(version));
}

function databasesOf(found: readonly FoundFile[]): readonly DatabasePackage[] {
  return found.flatMap((file) =>
    isDatabase(file) && file.data ? databaseFromJson(file.data).packages : [],
  );
}

function filePackages(file: FoundFile, known: KnownSystem | undefined): ScannedPackage[] {
  const { type } = file.extractor;
  if (type === undefined || file.data === undefined) return [];
  const layerOf = layerFinder(file.versions);
  return databaseFromJson(file.data).packages.map((item) => {
    const layer = layerOf(item);
    return { ...toSystemPackage(item, type, known), path: file.path, ...(layer && { layer }) };
  });
}

function ownersOf({ extractor, data, versions }: FoundFile): FileOwner[] {
  if (extractor.type === undefined || data === undefined) return [];
  const layerOf = layerFinder(versions);
  return databaseFromJson(data).packages.flatMap((item) => {
    const layer = layerOf(item);
    return item.files === undefined
      ? []
      : [{ name: item.name, files: item.files, ...(layer && { layer }) }];
  });
}

/** A status has all that stands in for one where there is none. */
function withoutStandIns(found: readonly FoundFile[]): readonly FoundFile[] {
  const isStandIn = ({ extractor }: FoundFile): boolean => STAND_INS.has(extractor.name);
  const types = new Set(
    found
      .filter((file) => !isStandIn(file) && isDatabase(file) && databasesOf([file]).length > 0)
      .map(({ extractor }) => extractor.type),
  );
  return found.filter((file) => !isStandIn(file) || !types.has(file.extractor.type));
}

/** Packages of a system that were found like files of languages are named after the system. */
function ofSystem(read: ReadLanguages, known: KnownSystem | undefined): ReadLanguages {
  const packages = read.packages.map((item) =>
    item.type === 'alpm' ? { ...item, purl: systemPackageUrl(item, known) } : item,
  );
  return { ...read, packages };
}

/**
 * Installed packages of which no advisories exist anywhere; those of the system have its own, and
 * where it is not supported that is said already.
 */
function withoutEcosystem(
  packages: readonly ScannedPackage[],
  known: KnownSystem | undefined,
): ScanProblem[] {
  const isSaid = known?.unsupported !== undefined;
  const unknown = packages.filter(
    ({ ecosystem, ownedBy, origin, type }) =>
      ecosystem === undefined &&
      ownedBy === undefined &&
      origin === 'installed' &&
      !(isSaid && UNMATCHED_SYSTEM_TYPES.has(type)),
  );
  return [...Map.groupBy(unknown, ({ type }) => type)].map(([type, of]) =>
    RUNTIMES.has(type) && of.every(({ path }) => path !== GIVEN_SBOM)
      ? runtimeProblem(of)
      : unknownProblem(type, of),
  );
}

const RUNTIMES: ReadonlySet<string> = new Set([RUNTIME_TYPE, PECL_TYPE]);

function unknownProblem(type: string, of: readonly ScannedPackage[]): ScanProblem {
  const message = `no advisories are known for ${type} packages (${of.length}, ${of[0]?.path})`;
  return { code: 'ecosystem-unknown', message, fatal: true };
}

/** What runs a program is in most images as its maker published it: that is told, and no more. */
function runtimeProblem(of: readonly ScannedPackage[]): ScanProblem {
  const names = of.slice(0, 5).map(({ name, version }) => `${name} ${version}`);
  const message =
    `runtimes or their extensions were put into the image (${names.join(', ')}), of which no ` +
    'advisories are read: follow what their makers publish';
  return { code: 'runtime-not-matched', message, fatal: false };
}

interface Parts {
  readonly tree: FileTree;
  readonly found: readonly FoundFile[];
  readonly known: KnownSystem | undefined;
  /** The system's packages. */
  readonly own: readonly ScannedPackage[];
  readonly languages: ReadLanguages;
}

function systemProblems(parts: Parts): ScanProblem[] {
  const { found, known, own } = parts;
  if (known === undefined) return [withoutSystem(parts)];
  if (known.unsupported !== undefined) {
    const message = `the system is not supported: ${known.unsupported}`;
    return [{ code: 'system-unsupported', message, fatal: false }];
  }
  const releases = valuesOf<readonly string[]>(found, 'apk-repositories')[0] ?? [];
  const differ = repositoriesProblem(known.system, releases);
  const missing = own.length === 0 ? [noPackages(known)] : [];
  return [
    ...missing,
    ...(differ ? [differ] : []),
    ...ecosystemProblems(known, databasesOf(found)),
    ...foreignProblems(own, known),
  ];
}

/**
 * An image without any system is one that nothing else is missing from; one of whose layers had a
 * system's files is not, whatever later layers removed.
 */
function withoutSystem({ tree, found, languages }: Parts): ScanProblem {
  const traces = EXTRACTORS.some(({ name }) => tree.extractors.has(name)) || found.length > 0;
  if (!traces && languages.packages.length > 0) {
    const isBill = languages.packages.some(({ path }) => path === GIVEN_SBOM);
    const message = isBill
      ? 'a bill of materials was scanned, no image: what it leaves out is not known'
      : 'the image has no system; only packages of languages were found';
    return { code: 'no-system', message, fatal: false };
  }
  const message = 'the image has no os-release, so its system is not known';
  return { code: 'system-unsupported', message, fatal: false };
}

/** A system without a package database is one whose database was removed. */
function noPackages(known: KnownSystem): ScanProblem {
  const message = `no installed package was found although the system is ${known.system.name}`;
  return { code: 'no-packages', message, fatal: true };
}

function foreignProblems(packages: readonly ScannedPackage[], known: KnownSystem): ScanProblem[] {
  const foreign = packages.filter(({ ecosystem }) => ecosystem === undefined);
  const [first] = foreign;
  if (first === undefined) return [];
  const message =
    `${foreign.length} ${first.type} packages (${first.path}) are not of ` +
    `${known.system.name}; no advisories are known for them`;
  return [{ code: 'ecosystem-unknown', message, fatal: true }];
}

function statusOf(problems: readonly ScanProblem[]): ScanStatus {
  if (problems.some(({ fatal }) => fatal)) return 'INCOMPLETE';
  return problems.some(({ code }) => code === 'system-unsupported') ? 'UNSUPPORTED' : 'COMPLETE';
}

function sortPackages(packages: readonly ScannedPackage[]): ScannedPackage[] {
  const byKey = new Map(packages.map((item) => [sortKey(item), item]));
  return [...byKey.keys()].sort().flatMap((key) => byKey.get(key) ?? []);
}

function sortKey({ type, name, version, architecture, path }: ScannedPackage): string {
  return [type, name, version, architecture ?? '', path].join('\u0001');
}

function distinct(problems: readonly ScanProblem[]): ScanProblem[] {
  return [...new Map(problems.map((problem) => [problem.message, problem])).values()];
}
