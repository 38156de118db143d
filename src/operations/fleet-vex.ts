/**
 * What signed VEX documents clear in all images of a project: the matches that they speak of are
 * assessed once for all images that no statement names, and for each of those that one does.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Digest } from '../domain/digest.ts';
import { SEVERITIES, severityRank } from '../domain/severity.ts';
import { clearsFinding } from '../domain/vex-document.ts';
import type { StatementIndex, VexImage, VexSubject } from '../scanner/match/assess-finding.ts';
import {
  listIndexes,
  listNamedMatches,
  listNames,
  listVexIds,
  type NamedDigest,
} from '../store/fleet-vex-rows.ts';
import type { IdBuffer } from '../store/package-members.ts';
import { findVersions } from '../store/scanned-rows.ts';
import { chunksOf } from '../store/stored-json.ts';
import { findStatements } from './apply-vex.ts';
import type { Deps } from './deps.ts';

/** Package ids that are looked over at once. */
const SPAN = 2000;
/** Packages that are read at once. */
const CHUNK = 500;

/** Which project's documents, over which images and packages. */
export interface VexedFleet {
  readonly project: string;
  readonly digests: readonly Digest[];
  /** The highest package id. */
  readonly last: number;
}

/** What they clear. */
export interface FleetVex {
  /** Package versions that have a match of which a statement speaks. */
  readonly packages: readonly number[];
  /** The matches of a set's packages that are cleared in an image, by severity rank. */
  readonly clearedIn: (digest: Digest, ids: IdBuffer) => readonly number[];
}

/** A match that may be cleared. */
interface Candidate {
  readonly finding: VexSubject;
  readonly rank: number;
}

type Candidates = ReadonlyMap<number, readonly Candidate[]>;

/** Reads what a project's documents clear; undefined: nothing in any image. */
export async function readFleetVex(deps: Deps, fleet: VexedFleet): Promise<FleetVex | undefined> {
  const ids = await listVexIds(deps.store, fleet.project);
  if (ids.length === 0) return undefined;
  const candidates = await findCandidates(deps, ids, fleet.last);
  const findings = [...candidates.values()].flat().map(({ finding }) => finding);
  const statements = await findStatements(deps, fleet.project, findings);
  if (statements === undefined) return undefined;
  const named = await findNamed(deps, fleet, statements);
  const { assessFinding } = await import('../scanner/match/assess-finding.ts');
  const ranksIn = (own: readonly Candidate[], images: readonly VexImage[]): readonly number[] =>
    own
      .filter(({ finding }) =>
        images.every((image) => clearsFinding(assessFinding(finding, image, statements))),
      )
      .map(({ rank }) => rank);
  const elsewhere = new Map(
    [...candidates].map(([id, own]) => [id, ranksIn(own, [{ digests: new Set() }])]),
  );
  return {
    packages: [...candidates.keys()],
    clearedIn: (digest, { values, count }) => {
      const images = named.get(digest);
      const cleared = SEVERITIES.map(() => 0);
      for (let at = 0; at < count; at += 1) {
        const id = values[at] ?? 0;
        const own = candidates.get(id);
        if (own === undefined) continue;
        const ranks = images === undefined ? (elsewhere.get(id) ?? []) : ranksIn(own, images);
        for (const rank of ranks) cleared[rank] = (cleared[rank] ?? 0) + 1;
      }
      return cleared;
    },
  };
}

async function findCandidates(
  deps: Deps,
  ids: readonly string[],
  last: number,
): Promise<Candidates> {
  const matches = [];
  for (let after = 0; after < last; after += SPAN) {
    matches.push(...(await listNamedMatches(deps.store, { ids, after, upTo: after + SPAN })));
    await nextTurn();
  }
  const byPackage = Map.groupBy(matches, ({ packageId }) => packageId);
  const candidates = new Map<number, readonly Candidate[]>();
  for (const chunk of chunksOf([...byPackage.keys()], CHUNK)) {
    for (const { packageId, version } of await findVersions(deps.store, chunk)) {
      const own = (byPackage.get(packageId) ?? []).map(({ match }) => ({
        finding: { ...match, package: version },
        rank: severityRank(match.severity),
      }));
      candidates.set(packageId, own);
    }
  }
  return candidates;
}

/** The images that some statement names, each as it is called under each of its names. */
async function findNamed(
  deps: Deps,
  { project, digests }: VexedFleet,
  statements: StatementIndex,
): Promise<ReadonlyMap<Digest, readonly VexImage[]>> {
  const products = [...statements.values()].flat().flatMap((one) => one.products);
  const images = products.flatMap(({ image }) => image ?? []);
  const named = new Set(images.flatMap(({ digest }) => digest ?? []));
  const repositories = new Set(images.flatMap(({ repository }) => repository ?? []));
  const indexes = named.size === 0 ? [] : await listIndexes(deps.store, digests);
  const names = repositories.size === 0 ? [] : await listNames(deps.store, project, digests);
  const indexesOf = Map.groupBy(indexes, ({ digest }) => digest);
  const namesOf = Map.groupBy(names, ({ digest }) => digest);
  return new Map(
    digests.flatMap((digest) => {
      const all = new Set([
        digest,
        ...(indexesOf.get(digest) ?? []).map(({ name }) => name as Digest),
      ]);
      const own = repositoriesOf(namesOf.get(digest) ?? []);
      const concerned =
        [...all].some((one) => named.has(one)) || own.some((one) => repositories.has(one));
      if (!concerned) return [];
      const called = own.map((repository): VexImage => ({ digests: all, repository }));
      return [[digest, called.length === 0 ? [{ digests: all }] : called] as const];
    }),
  );
}

function repositoriesOf(names: readonly NamedDigest[]): readonly string[] {
  return [...new Set(names.map(({ name }) => name.slice(0, name.lastIndexOf('@'))))];
}
