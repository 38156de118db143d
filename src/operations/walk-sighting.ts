/**
 * What a scan found in one image, in the order of its keys and a few packages at a time: nobody who
 * needs the first of it, or the next of it, reads all of it.
 */
import { DISCOVERY_NOTE_ID, unescapeNoteId } from '../google/scanned-name.ts';
import {
  findImageContents,
  findVersions,
  type ImageContents,
  type ImageMember,
  listMatches,
  type MatchedVersion,
} from '../store/scanned-rows.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import { refreshMatches } from './current-matches.ts';
import type { Deps } from './deps.ts';
import {
  deriveAwaited,
  deriveDiscovery,
  derivePackage,
  deriveVulnerability,
  type DerivedOccurrence,
  type FoundMatch,
  orderMatches,
} from './derive-occurrence.ts';
import type { DerivedBounds } from './derived-bounds.ts';
import {
  BEFORE_ALL,
  BEHIND_ALL,
  comparePlaces,
  type DerivedPlace,
  OF_IMAGE,
} from './derived-place.ts';

/** Packages that are read at once. */
const CHUNK = 50;
/** Matches that are read at once. */
const MAX_MATCHES = 5000;

/** One occurrence and where it is. */
export interface DerivedStep extends DerivedOccurrence {
  readonly place: DerivedPlace;
}

/** Some steps, how many rows were read for them, and the place behind them. */
export interface DerivedSteps {
  readonly steps: readonly DerivedStep[];
  readonly examined: number;
  readonly end: DerivedPlace;
}

/** Of which sighting, behind which place, within which bounds. */
export interface SightingWalk {
  /** `awaited`: it stands for an image that is not sighted, of which nothing may be told. */
  readonly sighting: Sighting & { readonly awaited?: true };
  readonly after: DerivedPlace;
  readonly bounds: DerivedBounds;
}

/** Walks over a sighted image; an image that was not read has nothing. */
export async function* walkSighting(deps: Deps, walk: SightingWalk): AsyncGenerator<DerivedSteps> {
  const { kinds } = walk.bounds;
  if (kinds.has('DISCOVERY') && walk.after.packageId === BEFORE_ALL) {
    const discovery = await discoverySteps(deps, walk);
    if (discovery === undefined) return;
    yield discovery;
  }
  if (walk.sighting.awaited === true) return;
  if (kinds.has('PACKAGE') || kinds.has('VULNERABILITY')) yield* walkPackages(deps, walk);
}

async function discoverySteps(
  deps: Deps,
  { sighting, after, bounds }: SightingWalk,
): Promise<DerivedSteps | undefined> {
  const end = { ...after, packageId: OF_IMAGE };
  if (bounds.notes?.has(DISCOVERY_NOTE_ID) === false) return { steps: [], examined: 0, end };
  const derive = sighting.awaited === true ? deriveAwaited : deriveDiscovery;
  const occurrence = await derive(deps, sighting);
  return occurrence && { steps: [{ place: end, occurrence }], examined: 1, end };
}

async function* walkPackages(deps: Deps, walk: SightingWalk): AsyncGenerator<DerivedSteps> {
  const contents = await findImageContents(deps.store, walk.sighting.digest);
  if (contents === undefined) return;
  const behind = { ...walk.after, advisoryId: '' };
  let rest = contents.members.filter((member) => comparePlaces(placeOf(walk, member), behind) >= 0);
  while (rest.length > 0) {
    const members = rest.slice(0, CHUNK);
    const { read, ...steps } = await readChunk(deps, { walk, contents, members });
    yield steps;
    rest = rest.slice(read);
  }
}

interface Chunk {
  readonly walk: SightingWalk;
  readonly contents: ImageContents;
  readonly members: readonly ImageMember[];
}

/** Reads packages and their matches; `read` says how many of the members that was. */
async function readChunk(
  deps: Deps,
  chunk: Chunk,
): Promise<DerivedSteps & { readonly read: number }> {
  const { walk, members } = chunk;
  const ids = [...new Set(members.map(({ packageId }) => packageId))];
  const versions = await findVersions(deps.store, ids, walk.bounds.packages);
  const { matches, examined, whole } = await matchesOf(deps, chunk, versions);
  const complete = members.filter(({ packageId }) => packageId < whole);
  const taken = complete.length > 0 ? complete : members.slice(0, 1);
  const known = new Map(versions.map((one) => [one.packageId, one.version]));
  const steps = taken.flatMap((member) => {
    const version = known.get(member.packageId);
    const own = matches.get(member.packageId) ?? [];
    return version === undefined ? [] : stepsOf(chunk, { member, version, matches: own });
  });
  const cut = complete.length === 0 ? steps.at(-1)?.place : undefined;
  const last = taken.at(-1) ?? members[0];
  const end = cut ?? { ...placeOf(walk, last), advisoryId: BEHIND_ALL };
  // Behind a package that was cut the walk does not go on by itself.
  const cost = cut === undefined ? examined + taken.length : Number.MAX_SAFE_INTEGER;
  return { steps, examined: cost, end, read: taken.length };
}

interface ChunkMatches {
  readonly matches: ReadonlyMap<number, readonly FoundMatch[]>;
  readonly examined: number;
  /** Packages below this id have all their matches here. */
  readonly whole: number;
}

async function matchesOf(
  deps: Deps,
  { walk, members }: Chunk,
  versions: readonly MatchedVersion[],
): Promise<ChunkMatches> {
  const { bounds } = walk;
  const all = { matches: new Map(), examined: 0, whole: Number.MAX_SAFE_INTEGER };
  if (!bounds.kinds.has('VULNERABILITY') || versions.length === 0) return all;
  const { unkept } = await refreshMatches(deps, versions);
  const packages = versions.map(({ packageId }) => packageId);
  const rows = await listMatches(deps.store, {
    packages,
    after: matchesAfter(walk.after, members),
    severities: [...bounds.severities],
    advisories: bounds.notes && advisoriesOf(bounds.notes),
    limit: MAX_MATCHES,
  });
  const matches = new Map<number, readonly FoundMatch[]>(
    Map.groupBy(rows, ({ packageId }) => packageId),
  );
  for (const [packageId, some] of unkept) matches.set(packageId, orderMatches(some));
  const cut = rows.length < MAX_MATCHES ? undefined : rows.at(-1)?.packageId;
  return { matches, examined: rows.length, whole: cut ?? Number.MAX_SAFE_INTEGER };
}

/** Where the walk goes on within a package's matches, they are read from there. */
function matchesAfter(
  after: DerivedPlace,
  members: readonly ImageMember[],
): { packageId: number; advisoryId: string } {
  const same = members.filter(({ packageId }) => packageId === after.packageId);
  const alone = same.length === 1 && same[0]?.path === after.path;
  return alone ? after : { packageId: 0, advisoryId: '' };
}

function advisoriesOf(notes: ReadonlySet<string>): string[] {
  return [...notes].flatMap((note) => unescapeNoteId(note) ?? []);
}

interface Found {
  readonly member: ImageMember;
  readonly version: MatchedVersion['version'];
  readonly matches: readonly FoundMatch[];
}

function stepsOf({ walk, contents }: Chunk, found: Found): DerivedStep[] {
  const { sighting, bounds, after } = walk;
  const at = placeOf(walk, found.member);
  const { member, version } = found;
  const one = { sighting, contents, member, version };
  const steps: DerivedStep[] = [];
  if (bounds.kinds.has('PACKAGE') && comparePlaces(at, after) > 0) {
    steps.push({ place: at, occurrence: derivePackage(one) });
  }
  for (const matched of found.matches) {
    const place = { ...at, advisoryId: matched.match.advisoryId };
    if (comparePlaces(place, after) <= 0) continue;
    steps.push({ place, ...deriveVulnerability(one, matched) });
  }
  return steps;
}

function placeOf({ sighting }: SightingWalk, member: ImageMember | undefined): DerivedPlace {
  const { resourceUri, digest } = sighting;
  const { packageId = OF_IMAGE, path = '' } = member ?? {};
  return { resourceUri, digest, packageId, path, advisoryId: '' };
}
