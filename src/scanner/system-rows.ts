/**
 * The systems that are known, as data: which os-release ids are theirs, what their releases are
 * called, which OSV ecosystem has their advisories and which of a package's names those use. A
 * system that OSV has nothing for has a row all the same: its packages are listed, and that no
 * advisories were imported for its ecosystem keeps it from ever reading as clean.
 */
import type { ScanProblem, SystemRelease } from '../domain/software-package.ts';
import { redHatProblems } from './red-hat-content.ts';

/** One system, or several that are alike. */
export interface SystemRow {
  /** `ID` of os-release. */
  readonly ids: readonly string[];
  /** purl type of its packages. */
  readonly type: 'apk' | 'deb' | 'rpm';
  /** purl namespace; the id unless told. */
  readonly namespace?: string;
  /** The release that advisories are kept by; undefined where the version names none. */
  readonly release: (system: SystemRelease) => string | undefined;
  /** OSV ecosystem of a release. */
  readonly ecosystem: (release: string, system: SystemRelease) => string;
  /** Advisories name binary packages; without it, source packages. */
  readonly binaryNames?: true;
  /** Advisories say nothing of the modules that packages belong to. */
  readonly withoutModules?: true;
  /** Why advisories of the ecosystem are not all there is, and what else is to be known of them. */
  readonly limits?: (system: SystemRelease) => readonly ScanProblem[];
}

/** All known systems. */
export const SYSTEM_ROWS: readonly SystemRow[] = [
  { ids: ['debian'], type: 'deb', release: debianRelease, ecosystem: named('Debian') },
  { ids: ['ubuntu'], type: 'deb', release: twoParts, ecosystem: (release) => ubuntu(release) },
  { ids: ['echo'], type: 'deb', release: none, ecosystem: () => 'Echo' },
  { ids: ['alpine'], type: 'apk', release: alpineRelease, ecosystem: named('Alpine') },
  { ids: ['wolfi'], type: 'apk', release: none, ecosystem: () => 'Wolfi' },
  { ids: ['chainguard'], type: 'apk', release: none, ecosystem: () => 'Chainguard' },
  { ids: ['minimos'], type: 'apk', release: none, ecosystem: () => 'MinimOS' },
  { ids: ['alpaquita'], type: 'apk', release: orStream, ecosystem: named('Alpaquita') },
  {
    ids: ['bellsoft-hardened-containers', 'hardened-containers'],
    type: 'apk',
    namespace: 'bellsoft-hardened-containers',
    release: orStream,
    ecosystem: named('BellSoft Hardened Containers'),
  },
  {
    ids: ['rhel'],
    type: 'rpm',
    namespace: 'redhat',
    release: major,
    ecosystem: named('Red Hat:enterprise_linux'),
    limits: redHatProblems,
  },
  {
    ids: ['centos'],
    type: 'rpm',
    release: major,
    ecosystem: (release, { name }) =>
      `${/\bstream\b/i.test(name) || Number(release) > 8 ? 'CentOS Stream' : 'CentOS'}:${release}`,
    binaryNames: true,
  },
  {
    ids: ['almalinux'],
    type: 'rpm',
    release: major,
    ecosystem: named('AlmaLinux'),
    binaryNames: true,
    withoutModules: true,
  },
  {
    ids: ['rocky'],
    type: 'rpm',
    namespace: 'rocky-linux',
    release: major,
    ecosystem: named('Rocky Linux'),
    withoutModules: true,
  },
  {
    ids: ['ol'],
    type: 'rpm',
    namespace: 'oracle',
    release: major,
    ecosystem: named('Oracle Linux'),
    binaryNames: true,
  },
  {
    ids: ['amzn'],
    type: 'rpm',
    release: amazonRelease,
    ecosystem: named('Amazon Linux'),
    binaryNames: true,
  },
  { ids: ['fedora'], type: 'rpm', release: major, ecosystem: named('Fedora'), binaryNames: true },
  {
    ids: ['opensuse-leap', 'opensuse'],
    type: 'rpm',
    namespace: 'opensuse',
    release: twoParts,
    ecosystem: (release) => `openSUSE:Leap ${release}`,
  },
  {
    ids: ['opensuse-tumbleweed'],
    type: 'rpm',
    namespace: 'opensuse',
    release: none,
    ecosystem: () => 'openSUSE:Tumbleweed',
  },
  {
    ids: ['sles', 'sle-micro', 'suse-microos', 'sl-micro'],
    type: 'rpm',
    namespace: 'suse',
    release: twoParts,
    ecosystem: suse,
  },
  {
    ids: ['sles_sap', 'sled', 'sle_hpc'],
    type: 'rpm',
    namespace: 'suse',
    release: twoParts,
    ecosystem: suse,
    limits: ofProducts,
  },
  { ids: ['photon'], type: 'rpm', release: twoParts, ecosystem: named('Photon OS') },
  { ids: ['azurelinux', 'mariner'], type: 'rpm', release: major, ecosystem: named('Azure Linux') },
  { ids: ['mageia'], type: 'rpm', release: major, ecosystem: named('Mageia') },
  {
    ids: ['openeuler'],
    type: 'rpm',
    release: twoParts,
    ecosystem: (release, { name }) => `openEuler:${release}${openEulerEdition(name)}`,
  },
];

function named(ecosystem: string): (release: string) => string {
  return (release) => `${ecosystem}:${release}`;
}

/** A system that only rolls on. */
function none(): string {
  return '';
}

function major({ version }: SystemRelease): string | undefined {
  return /^([1-9]\d{0,3})(?:\.\d+)*$/.exec(version)?.[1];
}

function twoParts({ version }: SystemRelease): string | undefined {
  return /^(\d{1,3}\.\d{1,3})(?:\.\d+)*$/.exec(version)?.[1];
}

/** What is not released yet has no `VERSION_ID` and no advisories in OSV. */
function debianRelease(system: SystemRelease): string | undefined {
  const isUnreleased = system.version === '' && /\bsid\b/.test(system.name);
  return isUnreleased ? 'unreleased' : major(system);
}

/** Amazon Linux 1 is named by the month of its repositories. */
function amazonRelease(system: SystemRelease): string | undefined {
  return /^201\d\.\d\d$/.test(system.version) ? '1' : major(system);
}

/** What is built of SUSE Linux Enterprise Server has packages of its own beside the server's. */
function ofProducts({ name }: SystemRelease): readonly ScanProblem[] {
  const message =
    `advisories of ${name} cannot be compared whole: it has packages of products beside SUSE ` +
    `Linux Enterprise Server, whose advisories are kept apart`;
  return [{ code: 'advisories-partial', message, fatal: true }];
}

function alpineRelease(system: SystemRelease): string | undefined {
  if (/^\d{1,3}\.\d{1,3}(?:\.\d+)*_(?:alpha|beta|rc|git)\d*$/.test(system.version)) return 'edge';
  const release = twoParts(system);
  return release && `v${release}`;
}

function orStream(system: SystemRelease): string | undefined {
  return ['', 'stream'].includes(system.version) ? 'stream' : major(system);
}

/** Releases of April of even years are long-term ones. */
function ubuntu(release: string): string {
  const isLongTerm = release.endsWith('.04') && Number(release.slice(0, 2)) % 2 === 0;
  return `Ubuntu:${release}${isLongTerm ? ':LTS' : ''}`;
}

const SUSE_PRODUCTS: Readonly<Record<string, string>> = {
  sled: 'Linux Enterprise Desktop',
  'sle-micro': 'Linux Enterprise Micro',
  'suse-microos': 'Linux Enterprise Micro',
  'sl-micro': 'Linux Micro',
};

/** `15.5` is written `15 SP5` up to 15, and as it is from 16 on and for Micro. */
function suse(release: string, { id }: SystemRelease): string {
  const product =
    (Object.hasOwn(SUSE_PRODUCTS, id) && SUSE_PRODUCTS[id]) || 'Linux Enterprise Server';
  const [first = '', pack = ''] = release.split('.');
  if (product.endsWith('Micro') || Number(first) > 15) return `SUSE:${product} ${release}`;
  return `SUSE:${product} ${first}${pack === '0' ? '' : ` SP${pack}`}`;
}

function openEulerEdition(name: string): string {
  const edition = /\((LTS(?:-SP\d)?)\)/.exec(name)?.[1];
  return edition === undefined ? '' : `-${edition}`;
}
