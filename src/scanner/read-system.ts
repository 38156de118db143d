/** Which advisories an image's system has: from what it says of itself to its row of the table. */
import type { ScanProblem, SystemRelease } from '../domain/software-package.ts';
import type { OsRelease } from './extract/os-release.ts';
import { SYSTEM_ROWS, type SystemRow } from './system-rows.ts';

/** A system, and the ecosystem of its packages; the reason where it has none that is known. */
export interface KnownSystem {
  readonly system: SystemRelease;
  /** OSV ecosystem with release, and the purl type of packages that it is about. */
  readonly ecosystem?: { readonly name: string; readonly type: string };
  /** Its row, where its id has one. */
  readonly row?: SystemRow;
  readonly unsupported?: string;
}

/** What else an image shows of its system. */
export interface SystemSigns {
  /** Packages that only subscribers of Ubuntu Pro get are installed. */
  readonly pro?: boolean;
  /** The content sets that Red Hat's images name. */
  readonly contentSets?: readonly string[];
}

const ROWS = new Map(SYSTEM_ROWS.flatMap((row) => row.ids.map((id) => [id, row] as const)));

/** Finds a system's row and ecosystem; what has none is named as not supported. */
export function readSystem(release: OsRelease, signs: SystemSigns = {}): KnownSystem {
  const { id, versionId: version } = release;
  const name = release.prettyName || `${id} ${version}`.trim();
  const { contentSets = [] } = signs;
  const system = { id, version, name, ...(contentSets.length > 0 && { contentSets }) };
  const row = ROWS.get(id);
  const base = systemEcosystem(system);
  if (row !== undefined && base !== undefined) {
    const ecosystem = signs.pro === true ? base.replace(/^Ubuntu:/, 'Ubuntu:Pro:') : base;
    return { system, row, ecosystem: { name: ecosystem, type: row.type } };
  }
  const unsupported = `${name || 'a system without a name'} (${describe(id, version)})`;
  return { system, ...(row && { row }), unsupported };
}

/** The OSV ecosystem of a system's own packages; undefined where it is not known. */
export function systemEcosystem(system: SystemRelease): string | undefined {
  const row = ROWS.get(system.id);
  const release = row?.release(system);
  return release === undefined ? undefined : row?.ecosystem(release, system);
}

function describe(id: string, version: string): string {
  if (!ROWS.has(id)) return `ID=${id || 'none'} is none that is known`;
  return version === '' ? 'no VERSION_ID: not a release' : `VERSION_ID=${version}: not a release`;
}

/** Packages of a system, as far as what is said of them goes. */
interface LabelledPackage {
  readonly modularity?: string;
}

/** What keeps the advisories of a known system from saying all, and what else is to be known. */
export function ecosystemProblems(
  { system, ecosystem, row }: KnownSystem,
  packages: readonly LabelledPackage[],
): readonly ScanProblem[] {
  const problems: ScanProblem[] = [...(row?.limits?.(system) ?? [])];
  const inModules = packages.filter(({ modularity }) => modularity !== undefined).length;
  if (row?.withoutModules === true && inModules > 0) {
    const message =
      `packages of modules (${inModules}) are compared by name and version only: the advisories ` +
      `of ${system.name} name no modules`;
    problems.push({ code: 'modules-not-compared', message, fatal: false });
  }
  if (ecosystem?.name.startsWith('Ubuntu:Pro:') === true) {
    const message =
      `the image has packages of Ubuntu Pro (versions with "esm"), so the advisories of ` +
      `${ecosystem.name} count`;
    problems.push({ code: 'ubuntu-pro', message, fatal: false });
  }
  return problems;
}

/** A note where Alpine's repositories are of another release than os-release says. */
export function repositoriesProblem(
  system: SystemRelease,
  releases: readonly string[],
): ScanProblem | undefined {
  const own = /^Alpine:(.*)$/.exec(systemEcosystem(system) ?? '')?.[1];
  const others = releases.filter((release) => release !== own);
  if (own === undefined || others.length === 0) return undefined;
  const message =
    `etc/apk/repositories names ${others.join(', ')} but os-release says ` +
    `${own.replace('v', '')}; advisories of ${own} are used`;
  return { code: 'repositories-differ', message, fatal: false };
}
