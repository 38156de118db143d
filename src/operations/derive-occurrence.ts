/**
 * One occurrence that follows from a scan, with its times: an image's discovery, a package of it,
 * or a match of that package.
 */
import type { Match } from '../domain/advisory.ts';
import type { Occurrence } from '../domain/note.ts';
import type { Finding, ScanAnalysis, ScannedPackage } from '../domain/scan-result.ts';
import type { Micros } from '../domain/time.ts';
import {
  awaitedOccurrence,
  discoveryOccurrence,
  packageOccurrence,
  type SightedImage,
  vulnerabilityOccurrence,
} from '../google/scanned-occurrences.ts';
import {
  findAdvisoryGeneration,
  findPublishTime,
  listAdvisorySources,
} from '../store/advisory-rows.ts';
import {
  findEcosystems,
  findImageContents,
  findImageReading,
  findVersions,
  type ImageContents,
  type ImageMember,
  type MatchedVersion,
  type TimedMatch,
} from '../store/scanned-rows.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import { analysisOf, judgeScan } from './assemble-scan-result.ts';
import { findAskedImage } from './asked-image.ts';
import { refreshMatches } from './current-matches.ts';
import type { Deps } from './deps.ts';

type JudgedScan = ReturnType<typeof judgeScan> & { readonly analysis: ScanAnalysis };

/** A package of an image as it is found there. */
export interface FoundPackage {
  readonly sighting: Sighting;
  readonly contents: Pick<ImageContents, 'readTime'>;
  readonly member: ImageMember;
  readonly version: MatchedVersion['version'];
}

/** An occurrence and, where it is a vulnerability's, the finding that it tells of. */
export interface DerivedOccurrence {
  readonly occurrence: Occurrence;
  readonly finding?: Finding;
  /** The package that it is about. */
  readonly packageId?: number;
  /** A signed VEX document clears it. */
  readonly suppressed?: true;
}

/** A match with the times of its row; of one that is not kept, none. */
export type FoundMatch = Pick<TimedMatch, 'match'> & Partial<TimedMatch>;

/**
 * The discovery of a sighted image: what was read of it, else how far its first scan is; undefined
 * where there is neither.
 */
export async function deriveDiscovery(
  deps: Deps,
  sighting: Sighting,
): Promise<Occurrence | undefined> {
  const result = await judgeSighted(deps, sighting);
  if (result === undefined) return deriveAwaited(deps, sighting);
  const { firstSeen, lastSeen } = sighting;
  const { packagesRead: readTime } = result.analysis;
  return discoveryOccurrence(result, { ...imageOf(sighting, firstSeen, lastSeen), readTime });
}

/** The discovery of an image that was not read: it waits, is being read, or cannot be. */
export async function deriveAwaited(
  deps: Deps,
  sighting: Sighting,
): Promise<Occurrence | undefined> {
  const asked = (await findAskedImage(deps, sighting))?.asked;
  if (asked === undefined) return undefined;
  const { progress, failure, requestTime, changeTime } = asked;
  const image = imageOf(sighting, Math.min(sighting.firstSeen, requestTime), changeTime);
  return awaitedOccurrence({ progress, ...(failure && { problem: failure.message }) }, image);
}

/**
 * What a scan says of a sighted image with the advisories of now, which may be of any age where
 * none is said; undefined: it was not read.
 */
export async function judgeSighted(
  deps: Deps,
  sighting: Sighting,
  maxAdvisoryAge: Micros = Number.MAX_SAFE_INTEGER,
): Promise<JudgedScan | undefined> {
  const [read, contents, before] = await Promise.all([
    findImageReading(deps.store, sighting.digest),
    findImageContents(deps.store, sighting.digest),
    findAdvisoryGeneration(deps.store),
  ]);
  if (read === undefined || contents === undefined) return undefined;
  const ids = contents.members.map(({ packageId }) => packageId);
  const { ecosystems: installed, stale } = await findEcosystems(deps.store, ids);
  const versions = await findVersions(deps.store, stale);
  const { problems, sources, revision = before } = await refreshMatches(deps, versions);
  const now = deps.now();
  const judged = judgeScan({
    read,
    ecosystems: { installed, declared: [] },
    matched: { problems, sources: sources ?? (await listAdvisorySources(deps.store)) },
    now,
    maxAdvisoryAge,
  });
  const published = await findPublishTime(deps.store, revision);
  const image = { readTime: contents.readTime, extractorVersion: read.extractorVersion };
  return { ...judged, analysis: analysisOf({ image, matched: { revision }, published, now }) };
}

/** A package: known since the image was sighted, changed when the image was read after that. */
export function derivePackage(found: FoundPackage): Occurrence {
  const { sighting, contents } = found;
  const { firstSeen } = sighting;
  const image = imageOf(sighting, firstSeen, Math.max(firstSeen, contents.readTime));
  return packageOccurrence(packageOf(found), image);
}

/** A vulnerability: known since its first match, or the first sighting of the image if later. */
export function deriveVulnerability(found: FoundPackage, matched: FoundMatch): DerivedOccurrence {
  const { sighting } = found;
  const first = Math.max(sighting.firstSeen, matched.firstTime ?? 0);
  const last = Math.max(first, matched.changeTime ?? 0);
  const finding = { ...matched.match, package: packageOf(found) };
  const occurrence = vulnerabilityOccurrence(finding, imageOf(sighting, first, last));
  return { occurrence, finding, packageId: found.member.packageId };
}

/** In the order of the advisories' ids, which is that of the rows. */
export function orderMatches(matches: readonly Match[]): readonly FoundMatch[] {
  const ordered = matches.toSorted((a, b) => (a.advisoryId < b.advisoryId ? -1 : 1));
  return ordered.map((match) => ({ match }));
}

function packageOf({ version, member }: FoundPackage): ScannedPackage {
  return { ...version, origin: member.origin, path: member.path };
}

function imageOf(sighting: Sighting, createTime: Micros, updateTime: Micros): SightedImage {
  const { project, resourceUri, digest } = sighting;
  return { project, resourceUri: `https://${resourceUri}`, digest, createTime, updateTime };
}
