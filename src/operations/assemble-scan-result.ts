/** Packages, matches and the age of advisories put together as one answer; pure. */
import { ADVISORY_DATE_LEEWAY, type AdvisorySource } from '../domain/advisory.ts';
import type { ExploitFeed } from '../domain/exploit-signal.ts';
import {
  isSuppressed,
  type ScanAnalysis,
  type ScannedSystem,
  type ScanResult,
} from '../domain/scan-result.ts';
import {
  aboutDeclared,
  type PackageOrigin,
  type ScanProblem,
  type ScanStatus,
  type SoftwarePackage,
  type SystemRelease,
} from '../domain/software-package.ts';
import { DAY, type Micros, formatTime } from '../domain/time.ts';
import { countBySeverity } from '../domain/count-severities.ts';
import { systemEcosystem } from '../scanner/read-system.ts';
import { endOfLifeProblem, systemSupport } from '../scanner/system-support.ts';
import type { MatchedPackages } from './match-packages.ts';
import type { StoredImage } from '../store/image-rows.ts';

/** Everything that an answer is made of. */
export interface ScanParts {
  readonly reference: string;
  readonly image: StoredImage;
  readonly matched: MatchedPackages;
  readonly feeds?: readonly ExploitFeed[];
  readonly described?: Pick<ScanResult, 'layers' | 'base'>;
  /** When the advisories came into force that it is matched with. */
  readonly published?: Micros;
  readonly now: Micros;
  /** Older advisory data are a problem. */
  readonly maxAdvisoryAge: Micros;
  readonly layersRead: number;
}

/** Makes the answer. An ecosystem without an advisory source makes it INCOMPLETE, never clean. */
export function assembleScanResult(parts: ScanParts): ScanResult {
  const { reference, image, matched, now, maxAdvisoryAge } = parts;
  const { system, packages } = image.packageSet;
  const ecosystems = {
    installed: ecosystemsBy(packages, 'installed'),
    declared: ecosystemsBy(packages, 'declared'),
  };
  const counted = matched.findings.filter((finding) => !isSuppressed(finding));
  const byOrigin = Map.groupBy(counted, (finding) => finding.package.origin);
  const read = { status: image.status, problems: image.problems, ...(system && { system }) };
  const judged = judgeScan({ read, ecosystems, matched, now, maxAdvisoryAge });
  return {
    image: { reference, digest: image.digest, platform: image.platform },
    ...judged,
    problems: [...judged.problems, ...oldFeeds(parts)],
    ...(system === undefined ? {} : { system: withSupport(system, now) }),
    feeds: parts.feeds ?? [],
    ...parts.described,
    packages: packages.map(({ packageId: _id, ...pkg }) => pkg),
    findings: matched.findings,
    summary: countBySeverity(byOrigin.get('installed') ?? []),
    declaredSummary: countBySeverity(byOrigin.get('declared') ?? []),
    layersRead: parts.layersRead,
    analysis: analysisOf(parts),
  };
}

/** What an answer hangs on that comes and goes: who read, when, and which data. */
export interface AnalysisParts {
  readonly image: Pick<StoredImage, 'readTime' | 'extractorVersion'>;
  readonly matched: Pick<MatchedPackages, 'revision'>;
  readonly published?: Micros | undefined;
  readonly now: Micros;
}

/** When packages were read, and when they were matched with data of when. */
export function analysisOf({ image, matched, published, now }: AnalysisParts): ScanAnalysis {
  const { readTime: packagesRead, extractorVersion } = image;
  const { revision = 0 } = matched;
  const advisories = { revision, ...(published !== undefined && { published }) };
  return { packagesRead, extractorVersion, matchedAt: now, advisories };
}

function ecosystemsBy(packages: readonly SoftwarePackage[], wanted: PackageOrigin): string[] {
  return packages.flatMap(({ origin, ecosystem }) => (origin === wanted ? (ecosystem ?? []) : []));
}

/** What says how far an image is known. */
export interface ScanBasis {
  /** How it was read. */
  readonly read: Pick<ScanResult, 'status' | 'problems' | 'system'>;
  /** The ecosystems of its packages by their origin. */
  readonly ecosystems: Readonly<Record<PackageOrigin, readonly string[]>>;
  readonly matched: Pick<MatchedPackages, 'problems' | 'sources'>;
  readonly now: Micros;
  readonly maxAdvisoryAge: Micros;
}

/** The state of a scan: its problems of all sorts, and what status they leave. */
export function judgeScan(
  basis: ScanBasis,
): Pick<ScanResult, 'status' | 'problems' | 'advisories'> {
  const { read, matched, now } = basis;
  const installed = ecosystemsOf(read.system, basis.ecosystems.installed);
  const declared = new Set(basis.ecosystems.declared.filter((name) => !installed.has(name)));
  const advisories = matched.sources.filter(
    ({ ecosystem }) => installed.has(ecosystem) || declared.has(ecosystem),
  );
  const ofSources = (ecosystems: ReadonlySet<string>): readonly ScanProblem[] => {
    const sources = advisories.filter(({ ecosystem }) => ecosystems.has(ecosystem));
    const whole = new Set(sources.flatMap((one) => (one.complete ? [one.ecosystem] : [])));
    // A sample beside all of it may be of any age.
    const counted = sources.filter((one) => one.complete || !whole.has(one.ecosystem));
    return [
      ...missingSources(ecosystems, sources),
      ...partialSources(counted),
      ...oldSources(counted, basis),
      ...implausibleSources(sources, now),
    ];
  };
  const problems = [
    ...read.problems,
    ...matched.problems,
    ...endOfLife(read.system, now),
    ...ofSources(installed),
    ...ofSources(declared).map(aboutDeclared),
  ];
  return { status: statusOf(read.status, problems), problems, advisories };
}

function withSupport(system: SystemRelease, now: Micros): ScannedSystem {
  const endOfLife = systemSupport(system, now);
  return endOfLife === undefined ? system : { ...system, endOfLife };
}

function endOfLife(system: SystemRelease | undefined, now: Micros): readonly ScanProblem[] {
  const problem = system && endOfLifeProblem(system, now);
  return problem === undefined ? [] : [problem];
}

/** The system's own ecosystem, even where no package of it was found, and those of the packages. */
function ecosystemsOf(
  system: SystemRelease | undefined,
  present: readonly string[],
): ReadonlySet<string> {
  const own = system === undefined ? undefined : systemEcosystem(system);
  return new Set([...(own === undefined ? [] : [own]), ...present]);
}

function missingSources(
  ecosystems: ReadonlySet<string>,
  advisories: readonly AdvisorySource[],
): readonly ScanProblem[] {
  const known = new Set(advisories.map((source) => source.ecosystem));
  return [...ecosystems]
    .filter((name) => !known.has(name))
    .map((name) => ({
      code: 'no-advisory-source',
      message:
        `no advisory data for ${name}; fetch them: assay advisories update, ` +
        'or import them: assay advisories import DIR-OR-ZIP',
      fatal: true,
    }));
}

/** What a part of an ecosystem's advisories does not name is not known, so it is not clean. */
function partialSources(advisories: readonly AdvisorySource[]): readonly ScanProblem[] {
  return advisories
    .filter(({ complete }) => !complete)
    .map(({ ecosystem, source, records }) => ({
      code: 'advisories-partial',
      message:
        `advisory data for ${ecosystem} are a part of what is published (${source}, records: ` +
        `${records}); fetch all: assay advisories update, or import a whole export: assay ` +
        'advisories import DIR-OR-ZIP (with --complete where its layout does not tell)',
      fatal: true,
    }));
}

function oldSources(
  advisories: readonly AdvisorySource[],
  parts: Pick<ScanParts, 'now' | 'maxAdvisoryAge'>,
): readonly ScanProblem[] {
  const limit = parts.now - parts.maxAdvisoryAge;
  return advisories
    .filter((source) => source.updated < limit)
    .map((source) => ({
      code: 'advisories-old',
      message:
        `advisory data for ${source.ecosystem} are of ${ageInWords(source, parts)}; ` +
        'fetch newer ones: assay advisories update',
      fatal: false,
    }));
}

function ageInWords(
  { updated }: AdvisorySource,
  { maxAdvisoryAge }: Pick<ScanParts, 'maxAdvisoryAge'>,
): string {
  if (updated === 0) return 'no known date';
  const date = formatTime(updated).slice(0, 10);
  return `${date}, older than ${Math.floor(maxAdvisoryAge / DAY)} days`;
}

/** Old signals of exploitation leave the scan whole, and a gate that asks for them undecided. */
function oldFeeds({ feeds = [], now, maxAdvisoryAge }: ScanParts): readonly ScanProblem[] {
  return feeds
    .filter(({ updated }) => updated < now - maxAdvisoryAge)
    .map(({ name, source, updated }) => ({
      code: `${name}-old`,
      message:
        `${source} is of ${formatTime(updated).slice(0, 10)}, older than ` +
        `${Math.floor(maxAdvisoryAge / DAY)} days; fetch a newer one: assay advisories update`,
      fatal: false,
    }));
}

/** A date in the future would keep data fresh for ever, so it says nothing of their age. */
function implausibleSources(
  advisories: readonly AdvisorySource[],
  now: Micros,
): readonly ScanProblem[] {
  return advisories
    .filter((source) => source.updated > now + ADVISORY_DATE_LEEWAY)
    .map((source) => ({
      code: 'advisories-date-implausible',
      message:
        `advisory data for ${source.ecosystem} are dated ` +
        `${formatTime(source.updated).slice(0, 10)}, which is in the future; check this ` +
        `machine's clock, then import them again`,
      fatal: false,
    }));
}

function statusOf(read: ScanStatus, problems: readonly ScanProblem[]): ScanStatus {
  if (read === 'UNSUPPORTED') return read;
  return problems.some((problem) => problem.fatal) ? 'INCOMPLETE' : read;
}
