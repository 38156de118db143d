/** Which advisories an image's system has: os-release to OSV ecosystems. */
import type { ScanProblem, SystemRelease } from '../domain/software-package.ts';
import type { OsRelease } from './extract/os-release.ts';

/** A system, and the ecosystem of its packages; the reason where it has none that is known. */
export interface KnownSystem {
  readonly system: SystemRelease;
  /** OSV ecosystem with release, and the purl type of packages that it is about. */
  readonly ecosystem?: { readonly name: string; readonly type: string };
  readonly unsupported?: string;
}

/** Tells Debian and Alpine releases from os-release; other systems are named as not supported. */
export function readSystem(release: OsRelease): KnownSystem {
  const { id, versionId: version } = release;
  const name = release.prettyName || `${id} ${version}`.trim();
  const system = { id, version, name };
  const ecosystem = findEcosystem(id, version);
  if (ecosystem !== undefined) return { system, ecosystem };
  return { system, unsupported: `${name || 'a system without a name'} (${describe(id, version)})` };
}

/** A note where Alpine's repositories are of another release than os-release says. */
export function repositoriesProblem(
  system: SystemRelease,
  releases: readonly string[],
): ScanProblem | undefined {
  const own = /^\d+\.\d+/.exec(system.version)?.[0] ?? '';
  const others = releases.filter((release) => release !== `v${own}`);
  if (system.id !== 'alpine' || others.length === 0) return undefined;
  const message =
    `etc/apk/repositories names ${others.join(', ')} but os-release says ` +
    `${own}; advisories of v${own} are used`;
  return { code: 'repositories-differ', message, fatal: false };
}

function findEcosystem(id: string, version: string): KnownSystem['ecosystem'] {
  if (id === 'debian') {
    const major = /^([1-9]\d{0,2})(?:\.\d+)*$/.exec(version)?.[1];
    return major === undefined ? undefined : { name: `Debian:${major}`, type: 'deb' };
  }
  const release = id === 'alpine' ? /^(\d{1,3}\.\d{1,3})(?:\.\d+)*$/.exec(version)?.[1] : undefined;
  return release === undefined ? undefined : { name: `Alpine:v${release}`, type: 'apk' };
}

function describe(id: string, version: string): string {
  const known = id === 'debian' || id === 'alpine';
  if (!known) return `ID=${id || 'none'}; Debian and Alpine releases are supported`;
  return version === '' ? 'no VERSION_ID: not a release' : `VERSION_ID=${version}: not a release`;
}

/** The OSV ecosystem of a system's own packages; undefined where it is not known. */
export function systemEcosystem(system: SystemRelease): string | undefined {
  return findEcosystem(system.id, system.version)?.name;
}
