/**
 * The packages of languages in an image: their files lie anywhere, so that the tree is asked for
 * what was read of it. Symbolic links need no following, for a file is found where it really lies.
 */
import { firstProblems } from '../domain/first-problems.ts';
import type { ScannedPackage } from '../domain/scan-result.ts';
import { aboutDeclared, GIVEN_SBOM, type ScanProblem } from '../domain/software-package.ts';
import type { FileTree } from '../image/fold-layers.ts';
import { baseName, cleanEntryPath, parentPath } from '../image/entry-path.ts';
import type { TreeFile } from '../image/walk-tree.ts';
import { findLanguageFile, isInspected, languageFileNamed } from './extract/find-language-file.ts';
import type { UnreadFile } from './extract/extractors.ts';
import type { LanguageFile } from './extract/language-file.ts';
import { databaseFromJson, type DatabasePackage } from './extract/package-database.ts';
import { SYSTEM_TYPES } from './extract/sbom-file.ts';
import { dataOf, layerFinder, versionsOf } from './layer-finder.ts';
import { languagePackageUrl } from './package-url.ts';
import { toSbomPackage } from './sbom-package.ts';

/** What was found of languages, and which files hard links lead to that were not read. */
export interface ReadLanguages {
  readonly packages: readonly ScannedPackage[];
  readonly problems: readonly ScanProblem[];
  readonly unread: readonly UnreadFile[];
}

/** Most files that a second reading is asked for; others stay unread, which is INCOMPLETE. */
const UNREAD = 20_000;

/** Reads the languages' packages of an image. */
export function readLanguages(tree: FileTree): ReadLanguages {
  const found = findFiles(tree);
  const unread = [...found.flatMap(unreadFile), ...unreadHardLinks(tree)];
  const packages = found.flatMap(packagesOf);
  const problems = [...found.flatMap(problemsOf), ...unread.map(unreadProblem)];
  return {
    packages,
    problems: [...firstProblems(problems, 'files of languages'), ...homelessProblems(packages)],
    unread: unread.slice(0, UNREAD),
  };
}

interface FoundFile {
  readonly path: string;
  readonly file: TreeFile;
  readonly row: LanguageFile;
}

function findFiles({ files }: FileTree): FoundFile[] {
  const found: FoundFile[] = [];
  const others: FoundFile[] = [];
  for (const [path, file] of files) {
    const row = findLanguageFile(path);
    if (row !== undefined) found.push({ path, file, row });
    else others.push(...readElsewhere(path, file));
  }
  const counted = withoutGoSums(found);
  const seen = new Set(found.map(({ file }) => file.entry));
  // Of an executable's names the first counts; the others are hard links to it.
  return [
    ...counted,
    ...others.filter(({ file: { entry } }) => !seen.has(entry) && seen.add(entry)),
  ];
}

/** Since Go 1.17 a `go.mod` has all that is used; the `go.sum` beside it has old versions too. */
function withoutGoSums(found: readonly FoundFile[]): readonly FoundFile[] {
  const whole = new Set(found.filter(isWholeGoMod).map(({ path }) => parentPath(path)));
  return found.filter(({ path, row }) => row.name !== 'go-sum' || !whole.has(parentPath(path)));
}

function isWholeGoMod({ file, row }: FoundFile): boolean {
  const data = row.name === 'go-mod' ? dataOf(file, row.name) : undefined;
  if (data === undefined) return false;
  const release = databaseFromJson(data).packages.find(({ name }) => name === 'stdlib');
  const [major = 0, minor = 0] = (release?.version ?? '').split('.').map(Number);
  return major > 1 || minor >= 17;
}

/** A file that its layer has elsewhere, behind a linked folder, or that is told by its bytes. */
function readElsewhere(path: string, file: TreeFile): FoundFile[] {
  const { extracted, path: own } = file.entry;
  const row = extracted && languageFileNamed(extracted.extractor);
  if (row === undefined) return [];
  return isInspected(row) || baseName(own) === baseName(path) ? [{ path, file, row }] : [];
}

function unreadFile({ path, file, row }: FoundFile): UnreadFile[] {
  if (dataOf(file, row.name) !== undefined) return [];
  return [{ path: file.entry.path, wanted: path }];
}

function unreadHardLinks({ hardLinks }: FileTree): UnreadFile[] {
  return [...hardLinks]
    .filter(([path]) => findLanguageFile(path) !== undefined)
    .map(([path, { target }]) => ({ path: cleanEntryPath(target ?? '').path, wanted: path }));
}

function unreadProblem({ path, wanted }: UnreadFile): ScanProblem {
  const message = `${wanted} leads to ${path}, whose content was not read`;
  const problem = { code: 'content-not-read', message, fatal: true };
  return findLanguageFile(wanted)?.origin === 'declared' ? aboutDeclared(problem) : problem;
}

function problemsOf({ file, row }: FoundFile): readonly ScanProblem[] {
  const data = dataOf(file, row.name);
  const problems = data === undefined ? [] : databaseFromJson(data).problems;
  return row.origin === 'installed' ? problems : problems.map(aboutDeclared);
}

function packagesOf({ path, file, row }: FoundFile): ScannedPackage[] {
  const data = dataOf(file, row.name);
  if (data === undefined) return [];
  const layerOf = layerFinder(versionsOf(file, row.name));
  return databaseFromJson(data).packages.flatMap((item) => {
    if (item.purl !== undefined) return fromBill({ ...item, purl: item.purl }, { path, file, row });
    const { name, version, architecture, source, sourceVersion } = item;
    const layer = layerOf(item);
    return {
      name,
      version,
      type: row.type,
      ...(row.ecosystem !== undefined && { ecosystem: row.ecosystem }),
      ...(architecture !== '' && { architecture }),
      purl: languagePackageUrl({ type: row.type, name, version }),
      source: { name: source, version: sourceVersion },
      origin: row.origin,
      path,
      ...(layer && { layer }),
    };
  });
}

/** Packages of a system in a bill that does not tell which release they are of. */
function homelessProblems(packages: readonly ScannedPackage[]): readonly ScanProblem[] {
  const homeless = packages.filter(
    ({ path, type, ecosystem }) =>
      path === GIVEN_SBOM && SYSTEM_TYPES.has(type) && ecosystem === undefined,
  );
  const [first] = homeless;
  if (first === undefined) return [];
  const message =
    `${homeless.length} packages of a system, such as ${first.purl.slice(0, 200)}, do not say of ` +
    'which release that is known, so no advisories of them are; wanted: distro=debian-12';
  return [{ code: 'ecosystem-unknown', message, fatal: true }];
}

/** The systems of an image have databases of their own: a bill in it says nothing beside them. */
function fromBill(
  item: DatabasePackage & { readonly purl: string },
  { path, file, row }: FoundFile,
): ScannedPackage[] {
  const found = toSbomPackage(item, { path, origin: row.origin });
  if (row.origin === 'declared' && SYSTEM_TYPES.has(found.type)) return [];
  const layer = layerFinder(versionsOf(file, row.name))(item);
  return [{ ...found, ...(layer && { layer }) }];
}
