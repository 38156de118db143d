/**
 * What is in one image that a project has sighted, as policies read it. An index is known as far as
 * the least known of its platforms, and has what any of them has: which one runs is not known.
 */
import { countBySeverity } from '../domain/count-severities.ts';
import type {
  HandedFacts,
  ImageFacts,
  ImageVulnerability,
  KnownImage,
} from '../domain/image-facts.ts';
import { INSTALLED_ONLY } from '../domain/scan-gate.ts';
import type { Finding } from '../domain/scan-result.ts';
import { SEVERITIES, type Severity, severityRankForLimit } from '../domain/severity.ts';
import { leavesUndecided, type ScanProblem } from '../domain/software-package.ts';
import { DAY, formatTime } from '../domain/time.ts';
import { findImageState, findLinkedDigests } from '../store/image-rows.ts';
import type { SeverityCount } from '../store/occurrence-counts.ts';
import { findImageHeads } from '../store/sighted-repository-rows.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import { assessVulnerabilities } from './assess-vulnerabilities.ts';
import { countOfImage } from './count-derived.ts';
import type { Deps } from './deps.ts';
import { judgeSighted } from './derive-occurrence.ts';
import { derivedBounds } from './derived-bounds.ts';
import { placeBefore } from './derived-place.ts';
import { walkSighting } from './walk-sighting.ts';

/** Advisories that are older leave it open what they would say today. */
const MAX_ADVISORY_AGE = 7 * DAY;

/** One platform's image as it was judged. */
interface Platform {
  readonly sighting: Sighting;
  readonly platform: string;
  readonly judged: NonNullable<Awaited<ReturnType<typeof judgeSighted>>>;
}

/**
 * Describes an image, listing so many vulnerabilities at the most; undefined where it, or a
 * platform of it, was not read.
 */
export async function describeFacts(
  deps: Deps,
  sighting: Sighting,
  most: number,
): Promise<HandedFacts | undefined> {
  const platforms = await judgePlatforms(deps, sighting);
  if (platforms === undefined || platforms.length === 0) return undefined;
  const { resourceUri: image, digest } = sighting;
  const problems = platforms.flatMap(({ judged }) => judged.problems);
  const doubts = problems.filter((one) => leavesUndecided(one, INSTALLED_ONLY));
  const statuses = platforms.map(({ judged }) => judged.status);
  const status = WORST_FIRST.find((one) => statuses.includes(one)) ?? 'COMPLETE';
  const usable = status === 'COMPLETE' && doubts.length === 0;
  const scanned = formatTime(
    Math.min(...platforms.map(({ judged }) => judged.analysis.packagesRead)),
  );
  const state: KnownImage = {
    image,
    status,
    usable,
    pinned: true,
    digest,
    reference: image,
    scanned,
    problems: [...new Set(doubts.map(({ message }) => message))],
  };
  if (!usable) return { state };
  return { state, facts: await findFacts(deps, { sighting, platforms, scanned, problems, most }) };
}

const WORST_FIRST = ['INCOMPLETE', 'UNSUPPORTED'] as const;

async function judgePlatforms(
  deps: Deps,
  sighting: Sighting,
): Promise<readonly Platform[] | undefined> {
  const state = await findImageState(deps.store, sighting.digest);
  if (state === undefined) return undefined;
  const { resourceUri, digest } = sighting;
  const digests =
    state.kind === 'index'
      ? await findLinkedDigests(deps.store, 'index-manifest', digest)
      : [digest];
  const platforms: Platform[] = [];
  for (const one of digests) {
    const own = { ...sighting, resourceUri: resourceUri.replace(digest, one), digest: one };
    const { platform = '' } = (await findImageState(deps.store, one)) ?? {};
    const judged = await judgeSighted(deps, own, MAX_ADVISORY_AGE);
    if (judged === undefined) return undefined;
    platforms.push({ sighting: own, platform, judged });
  }
  return platforms;
}

interface Known {
  readonly sighting: Sighting;
  readonly platforms: readonly Platform[];
  readonly scanned: string;
  readonly problems: readonly ScanProblem[];
  readonly most: number;
}

async function findFacts(deps: Deps, known: Known): Promise<ImageFacts> {
  const { sighting, platforms, scanned, problems, most } = known;
  const { resourceUri: image, digest, firstSeen, lastSeen } = sighting;
  const counts: SeverityCount[][] = [];
  const found: ImageVulnerability[] = [];
  for (const one of platforms) {
    counts.push(await countOfImage(deps, one.sighting));
    found.push(...(await listVulnerabilities(deps, one)));
  }
  const listed = found.toSorted(compareVulnerabilities).slice(0, most);
  const total = counts.flat().reduce((sum, one) => sum + one.total, 0);
  const built = (await findImageHeads(deps.store, [digest])).get(digest)?.created;
  return {
    image,
    digest,
    platforms: platforms.map(({ platform }) => platform),
    scanned,
    firstSeen: formatTime(firstSeen),
    lastSeen: formatTime(lastSeen),
    ...(built !== undefined && { built: formatTime(built) }),
    advisories: sourcesOf(platforms),
    problems: problemsOf(problems),
    counts: mostOf(counts, (rank, one) => (one.severity === rank ? one.total : 0)),
    atLeast: mostOf(counts, (rank, one) => (isAtLeast(one, rank) ? one.total : 0)),
    fixableAtLeast: mostOf(counts, (rank, one) => (isAtLeast(one, rank) ? one.fixable : 0)),
    vulnerabilities: listed,
    leftOut: Math.max(0, total - listed.length),
  };
}

/** By severity what a platform has of it, of the platform that has the most. */
function mostOf(
  platforms: readonly (readonly SeverityCount[])[],
  countOf: (rank: number, one: SeverityCount) => number,
): Readonly<Record<Severity, number>> {
  const of = (rank: number): number =>
    Math.max(
      ...platforms.map((counts) => counts.reduce((sum, one) => sum + countOf(rank, one), 0)),
    );
  const pairs = SEVERITIES.map((severity, rank) => [severity, of(rank)] as const);
  return { ...countBySeverity([]), ...Object.fromEntries(pairs) };
}

/** An unknown severity is at least any. */
function isAtLeast({ severity }: SeverityCount, rank: number): boolean {
  return severityRankForLimit(SEVERITIES[severity] ?? 'SEVERITY_UNSPECIFIED') >= rank;
}

function sourcesOf(platforms: readonly Platform[]): ImageFacts['advisories'] {
  const sources = platforms.flatMap(({ judged }) => judged.advisories);
  const oldest = new Map<string, number>();
  for (const { ecosystem, updated } of sources) {
    oldest.set(ecosystem, Math.min(updated, oldest.get(ecosystem) ?? updated));
  }
  return [...oldest].map(([ecosystem, updated]) => ({ ecosystem, updated: formatTime(updated) }));
}

function problemsOf(problems: readonly ScanProblem[]): ImageFacts['problems'] {
  const byMessage = new Map(problems.map((one) => [one.message, one]));
  return [...byMessage.values()].map(({ code, message }) => ({ code, message }));
}

/** Those that count: what signed documents clear is left out. */
async function listVulnerabilities(
  deps: Deps,
  { sighting, platform }: Platform,
): Promise<readonly ImageVulnerability[]> {
  const bounds = { ...derivedBounds({ kind: 'all' }), kinds: new Set(['VULNERABILITY'] as const) };
  const found: ImageVulnerability[] = [];
  const walk = { sighting, after: placeBefore(sighting), bounds };
  for await (const { steps } of walkSighting(deps, walk)) {
    for (const one of await assessVulnerabilities(deps, sighting.project, steps)) {
      if (one.finding === undefined || one.suppressed === true) continue;
      found.push(vulnerabilityOf(one.finding, platform));
    }
  }
  return found;
}

function vulnerabilityOf(finding: Finding, platform: string): ImageVulnerability {
  const { advisoryId: id, aliases, severity, fixedVersion, cvssScore } = finding;
  const { name, version, purl } = finding.package;
  return {
    id,
    aliases,
    severity,
    rank: severityRankForLimit(severity),
    fixable: fixedVersion !== undefined,
    ...(fixedVersion !== undefined && { fixedVersion }),
    ...(cvssScore !== undefined && { cvssScore }),
    package: { name, version, purl },
    platform,
  };
}

function compareVulnerabilities(a: ImageVulnerability, b: ImageVulnerability): number {
  if (a.rank !== b.rank) return b.rank - a.rank;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
