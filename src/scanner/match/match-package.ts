/**
 * Which advisories affect a package: pure, so that the same answer comes from a scan and from a new
 * advisory. Distributions' records name source packages, so source name and source version count
 * (for Alpine the origin); nothing is guessed from binary names. A package of a language is its own
 * source. Names are compared in the one spelling of their ecosystem.
 */
import type { Advisory, AdvisoryEvent, AffectedPackage, Match } from '../../domain/advisory.ts';
import type { ScanProblem, SoftwarePackage } from '../../domain/software-package.ts';
import { compareVersions, rangeComparer } from '../versions/compare-versions.ts';
import type { RangeAnswer } from './evaluate-range.ts';
import { evaluateRange } from './evaluate-range.ts';
import { versionBeside } from './installed-version.ts';
import { normalisePackageName } from '../../domain/package-name.ts';

/** To be raised where the same package and advisories give another answer than before. */
export const MATCHER_VERSION = 1;

/** Under which an advisory's affected packages are looked up. */
export interface AdvisoryKey {
  /** OSV ecosystem with release, e.g. `Debian:12`. */
  readonly ecosystem: string;
  readonly name: string;
}

/** The matches of one package, and what kept an answer from being complete. */
export interface PackageMatches {
  readonly matches: readonly Match[];
  readonly problems: readonly ScanProblem[];
}

type Answer = RangeAnswer & { readonly affected?: AffectedPackage };

/** The key by which a package's advisories are found; undefined where its ecosystem is unknown. */
export function advisoryKey(pkg: SoftwarePackage): AdvisoryKey | undefined {
  const { ecosystem, source } = pkg;
  if (ecosystem === undefined) return undefined;
  return { ecosystem, name: normalisePackageName(ecosystem, source.name) };
}

/**
 * Matches a package with candidate advisories: those that affect its source version, each once, by
 * id. Candidates of other packages and withdrawn records never match. Versions that cannot be
 * compared are fatal problems where an answer hangs on them: one for the installed version, or one
 * per record.
 */
export function matchPackage(
  pkg: SoftwarePackage,
  candidates: readonly Advisory[],
): PackageMatches {
  const key = advisoryKey(pkg);
  if (key === undefined) return { matches: [], problems: [] };
  const matches = new Map<string, Match>();
  const problems: ScanProblem[] = [];
  for (const advisory of candidates) {
    if (advisory.withdrawn !== undefined || matches.has(advisory.id)) continue;
    const answer = judge(advisory, key, pkg.source.version);
    if (answer.kind === 'affected') matches.set(advisory.id, toMatch(advisory, answer));
    if (answer.kind === 'undecided') problems.push(recordProblem(advisory, pkg, answer.reason));
  }
  const own = problems.length === 0 ? undefined : installedProblem(pkg, key);
  return {
    matches: [...matches.values()].sort(byId),
    problems: own === undefined ? problems : [own],
  };
}

function byId(a: Match, b: Match): number {
  if (a.advisoryId === b.advisoryId) return 0;
  return a.advisoryId < b.advisoryId ? -1 : 1;
}

/** A version that cannot be compared with itself cannot be compared at all. */
function installedProblem(pkg: SoftwarePackage, key: AdvisoryKey): ScanProblem | undefined {
  const { version } = pkg.source;
  const result = compareVersions(key.ecosystem, version, version);
  if (typeof result === 'number') return undefined;
  return {
    code: 'version-not-comparable',
    message:
      `package ${pkg.name} (source ${pkg.source.name}) is not matched: ${result.error}; ` +
      `correct its entry in ${pkg.path}`,
    fatal: true,
  };
}

function recordProblem(advisory: Advisory, pkg: SoftwarePackage, reason: string): ScanProblem {
  return {
    code: 'advisory-not-comparable',
    message:
      `advisory ${advisory.id} is undecided for package ${pkg.name} ${pkg.version} ` +
      `(source ${pkg.source.name}): ${reason}`,
    fatal: true,
  };
}

/** Affected by any entry: affected. Else undecided by any: undecided. */
function judge(advisory: Advisory, key: AdvisoryKey, version: string): Answer {
  let undecided: Answer | undefined;
  let affected: Answer | undefined;
  for (const entry of advisory.affected) {
    if (entry.name !== key.name || entry.ecosystem !== key.ecosystem) continue;
    const answer = judgeEntry(entry, version);
    if (answer.kind === 'affected')
      affected = laterFix(key, affected, { ...answer, affected: entry });
    if (answer.kind === 'undecided') undecided ??= answer;
  }
  return affected ?? undecided ?? { kind: 'not-affected' };
}

/** One affected entry: its ranges (GIT has no versions to compare), then its explicit versions. */
function judgeEntry(entry: AffectedPackage, version: string): RangeAnswer {
  const { ecosystem } = entry;
  let affected: RangeAnswer | undefined;
  let undecided: RangeAnswer | undefined;
  for (const range of entry.ranges) {
    if (range.type === 'GIT') continue;
    const asked = versionBeside(ecosystem, version, boundsOf(range.events));
    const answer = evaluateRange(rangeComparer(ecosystem, range.type), asked, range.events);
    if (answer.kind === 'affected') affected = laterFix(entry, affected, answer);
    if (answer.kind === 'undecided') undecided ??= answer;
  }
  if (affected !== undefined) return affected;
  if (isListed(entry, version)) return { kind: 'affected' };
  return undecided ?? { kind: 'not-affected' };
}

function boundsOf(events: readonly AdvisoryEvent[]): readonly string[] {
  return events.flatMap((event) => Object.values(event) as readonly string[]);
}

/** Where two ranges hold a version, only what leaves both is a fix: the later, or none. */
function laterFix(key: { readonly ecosystem: string }, a: Answer | undefined, b: Answer): Answer {
  if (a?.kind !== 'affected' || b.kind !== 'affected') return b;
  if (a.fixed === undefined || b.fixed === undefined) return a.fixed === undefined ? a : b;
  const order = compareVersions(key.ecosystem, a.fixed, b.fixed);
  return typeof order === 'number' && order < 0 ? b : a;
}

function isListed({ ecosystem, versions }: AffectedPackage, version: string): boolean {
  const isSame = (listed: string): boolean =>
    compareVersions(ecosystem, listed, versionBeside(ecosystem, version, [listed])) === 0;
  return versions.includes(version) || versions.some(isSame);
}

function toMatch(advisory: Advisory, answer: Answer): Match {
  const fixed = answer.kind === 'affected' ? answer.fixed : undefined;
  const scored = answer.affected?.cvssScore === undefined ? advisory : answer.affected;
  const { cvssScore, cvssVector } = scored;
  return {
    advisoryId: advisory.id,
    aliases: advisory.aliases,
    summary: advisory.summary,
    ...(fixed === undefined ? {} : { fixedVersion: fixed }),
    ...chooseSeverity(advisory, answer.affected),
    ...(cvssScore === undefined ? {} : { cvssScore }),
    ...(cvssVector === undefined ? {} : { cvssVector }),
    references: advisory.references,
  };
}

/** What is said for the package goes before what is said for the record, if it is known at all. */
function chooseSeverity(
  advisory: Advisory,
  affected: AffectedPackage | undefined,
): Pick<Match, 'severity' | 'severitySource'> {
  const { severity, severitySource } = affected ?? {};
  const own =
    severity === undefined || severitySource === undefined
      ? undefined
      : { severity, severitySource };
  const whole = { severity: advisory.severity, severitySource: advisory.severitySource };
  const known = [own, whole].find((said) => said && said.severity !== 'SEVERITY_UNSPECIFIED');
  return known ?? own ?? whole;
}
