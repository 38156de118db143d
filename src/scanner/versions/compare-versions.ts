/**
 * One place that knows which version order an ecosystem has. A further ecosystem is a further name
 * in a row; one without a row gets an error value, so that nobody mistakes "not comparable" for
 * "equal".
 */
import { compareAlpineVersions } from './alpine-version.ts';
import { compareCranVersions } from './cran-version.ts';
import { compareDebianVersions } from './debian-version.ts';
import { compareGemVersions } from './gem-version.ts';
import { compareGoVersions } from './go-version.ts';
import { compareHackageVersions } from './hackage-version.ts';
import { compareMavenVersions } from './maven-version.ts';
import { compareNugetVersions } from './nuget-version.ts';
import { comparePackagistVersions } from './packagist-version.ts';
import { comparePubVersions } from './pub-version.ts';
import { comparePypiVersions } from './pypi-version.ts';
import { compareRpmVersions } from './rpm-version.ts';
import { compareSemanticVersions } from './semantic-version.ts';
import type { VersionError } from './version-error.ts';
import type { VersionComparer } from './version-order.ts';

/** The orders, each with the ecosystems that have it, as OSV and vendors name them. */
const ORDERS: readonly (readonly [VersionComparer, readonly string[]])[] = [
  [compareDebianVersions, ['Debian', 'Ubuntu', 'Echo', 'opam']],
  [
    compareAlpineVersions,
    [
      'Alpine',
      'Alpaquita',
      'BellSoft Hardened Containers',
      'Chainguard',
      'CleanStart',
      'MinimOS',
      'Wolfi',
    ],
  ],
  [
    compareRpmVersions,
    [
      'AlmaLinux',
      'Amazon Linux',
      'Azure Linux',
      'CBL-Mariner',
      'CentOS',
      'CentOS Stream',
      'Fedora',
      'Mageia',
      'Mariner',
      'openEuler',
      'openSUSE',
      'Oracle Linux',
      'Photon OS',
      'Red Hat',
      'Rocky Linux',
      'SUSE',
    ],
  ],
  [
    compareSemanticVersions,
    [
      'Bitnami',
      'ConanCenter',
      'crates.io',
      'GitHub Actions',
      'Hex',
      'Julia',
      'npm',
      'SwiftURL',
      'VSCode',
    ],
  ],
  [compareCranVersions, ['Bioconductor', 'CRAN']],
  [compareGemVersions, ['RubyGems']],
  [compareGoVersions, ['Go']],
  [compareHackageVersions, ['GHC', 'Hackage']],
  [compareMavenVersions, ['Maven']],
  [compareNugetVersions, ['NuGet']],
  [comparePackagistVersions, ['Packagist']],
  [comparePubVersions, ['Pub']],
  [comparePypiVersions, ['PyPI']],
];

const COMPARERS: ReadonlyMap<string, VersionComparer> = new Map(
  ORDERS.flatMap(([comparer, names]) => names.map((name) => [name, comparer] as const)),
);

/** Orders that are Semantic Versioning and read more spellings or see more of a version. */
const SEMANTIC: ReadonlySet<VersionComparer> = new Set([
  compareSemanticVersions,
  compareGoVersions,
  compareNugetVersions,
  comparePubVersions,
]);

/**
 * Compares two versions by the order of an OSV ecosystem (a release suffix such as `:12` is
 * ignored): -1, 0, 1, or an error value for a malformed version or an ecosystem without an order.
 */
export function compareVersions(ecosystem: string, a: string, b: string): number | VersionError {
  const comparer = versionComparer(ecosystem);
  if (comparer !== undefined) return comparer(a, b);
  return { error: `no version order is known for ecosystem ${JSON.stringify(ecosystem)}` };
}

/**
 * The order by which a range of an OSV record is evaluated: Semantic Versioning for `SEMVER`, the
 * ecosystem's own for all others.
 */
export function rangeComparer(ecosystem: string, type: string): VersionComparer {
  const own = versionComparer(ecosystem);
  if (type === 'SEMVER' && !(own && SEMANTIC.has(own))) return compareSemanticVersions;
  return own ?? ((a, b) => compareVersions(ecosystem, a, b));
}

/** The order of an OSV ecosystem, release suffix ignored; undefined where none is known. */
function versionComparer(ecosystem: string): VersionComparer | undefined {
  const colon = ecosystem.indexOf(':');
  return COMPARERS.get(colon === -1 ? ecosystem : ecosystem.slice(0, colon));
}
