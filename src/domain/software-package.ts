/** An installed (or declared) software package, and the set of them that an image holds. */
import type { Json } from './json.ts';

/** Where a package's word comes from: found installed, or only declared by a lock file. */
export type PackageOrigin = 'installed' | 'declared';

/** One package of an image. Versions are the package manager's full text, epoch included. */
export interface SoftwarePackage {
  /** The binary package's name, e.g. `libssl3`. */
  readonly name: string;
  readonly version: string;
  /** purl type: `deb`, `apk`, `npm`. */
  readonly type: string;
  /**
   * OSV ecosystem, with its release where it has some: `Debian:12`, `Alpine:v3.18`, `npm`. Absent
   * where none is known, and for what belongs to a package of the system.
   */
  readonly ecosystem?: string;
  /** The system's package that a package of a language belongs to; its advisories count. */
  readonly ownedBy?: string;
  readonly architecture?: string;
  /** Of rpm: the module stream that it is of, `name:stream`, where advisories tell them apart. */
  readonly module?: string;
  readonly purl: string;
  /** The source package that advisories name, with its own version. */
  readonly source: { readonly name: string; readonly version: string };
  readonly origin: PackageOrigin;
  /** The file it was read from, without leading slash, e.g. `var/lib/dpkg/status`. */
  readonly path: string;
}

/** What os-release says. */
export interface SystemRelease {
  /** `ID`, e.g. `debian`. */
  readonly id: string;
  /** `VERSION_ID`, empty for rolling ones. */
  readonly version: string;
  /** `PRETTY_NAME` or a stand-in. */
  readonly name: string;
  /** The content sets that an image of Red Hat names: which repositories it was made of. */
  readonly contentSets?: readonly string[];
}

/** How long a system's release gets security updates. */
export interface SystemSupport {
  /** Last day of support that everybody gets, `YYYY-MM-DD`. */
  readonly date: string;
  /** Whether that day was over when it was asked. */
  readonly ended: boolean;
  /** Last day of support that its maker sells, where it does. */
  readonly extended?: string;
}

/** The code of the problem that a system's support has ended. */
export const END_OF_LIFE = 'system-end-of-life';

/** COMPLETE: all read. INCOMPLETE: something stopped it. UNSUPPORTED: the system is not known. */
export type ScanStatus = 'COMPLETE' | 'INCOMPLETE' | 'UNSUPPORTED';

/** Something a reader should know about a scan; `fatal` ones make it INCOMPLETE. */
export interface ScanProblem {
  /** Kebab-case reason, e.g. `layer-damaged`, `no-advisory-source`, `advisories-old`. */
  readonly code: string;
  readonly message: string;
  readonly fatal: boolean;
  /** Set where it is about packages of this origin only. */
  readonly origin?: PackageOrigin;
}

/**
 * Problems that leave a scan COMPLETE but a gate undecided: a name may be misread, or the
 * advisories may be too old to know. By code, since kept problems were written before this.
 */
const UNDECIDED: ReadonlySet<string> = new Set([
  'text-not-utf8',
  'advisories-old',
  'advisories-date-implausible',
]);

/**
 * Tells whether a gate must not let pass what has this problem; `counted` are the origins that the
 * gate counts.
 */
export function leavesUndecided(
  problem: ScanProblem,
  counted: ReadonlySet<PackageOrigin>,
): boolean {
  if (problem.origin !== undefined && problem.origin !== 'installed') {
    return counted.has(problem.origin);
  }
  return problem.fatal || UNDECIDED.has(problem.code);
}

/** The problem of what is only declared: it keeps nobody from knowing what is installed. */
export function aboutDeclared({ code, message }: ScanProblem): ScanProblem {
  return { code, message, fatal: false, origin: 'declared' };
}

/** What an image holds, folded over its layers: packages sorted by (type, name, version, path). */
export interface PackageSet {
  readonly system?: SystemRelease;
  readonly packages: readonly SoftwarePackage[];
  readonly problems: readonly ScanProblem[];
  readonly status: ScanStatus;
}

/** Where a bill of materials that is scanned itself lies in the image that is made of it. */
export const GIVEN_SBOM = 'given.assay-sbom';

/** What one extractor made of one file: its own JSON, read back only by the same extractor. */
export interface ExtractedFile {
  /** The extractor's name, e.g. `dpkg-status`. */
  readonly extractor: string;
  readonly data: Json;
  /** What was read within it, where it is an archive: its images share a bound on that. */
  readonly nested?: NestedCost;
}

/** What archives within a file came to. */
export interface NestedCost {
  /** Bytes that were inflated of them. */
  readonly bytes: number;
  /** Files that their directories name. */
  readonly entries: number;
}
