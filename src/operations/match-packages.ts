/**
 * Matches of some packages: those that are still true are read, the others are computed now and
 * kept, so that each package version is matched once per change of what it hangs on.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Advisory, AdvisorySource, Match } from '../domain/advisory.ts';
import { firstProblems } from '../domain/first-problems.ts';
import type { MatchRules } from '../domain/match-rules.ts';
import type { Finding, ScannedPackage } from '../domain/scan-result.ts';
import { aboutDeclared, type ScanProblem } from '../domain/software-package.ts';
import { advisoryTargets } from '../scanner/match/advisory-target.ts';
import { type PackageMatches, matchPackage } from '../scanner/match/match-package.ts';
import {
  findAdvisories,
  findAdvisoryGeneration,
  listAdvisorySources,
} from '../store/advisory-rows.ts';
import { findFirstMatched } from '../store/first-matched.ts';
import { findMatches, saveMatches } from '../store/match-rows.ts';
import type { StoredPackage } from '../store/package-rows.ts';
import { isAnyChanged } from '../store/stale-packages.ts';
import type { Tx } from '../store/store-contract.ts';
import { chunksOf } from '../store/stored-json.ts';
import type { Deps } from './deps.ts';
import { emitPackagesChanged } from './emit.ts';
import { readMatchRules } from './match-rules-setting.ts';

/** Findings with what kept the answer from being complete. */
export interface MatchedPackages {
  readonly findings: readonly Finding[];
  readonly problems: readonly ScanProblem[];
  /** Matches of packages whose answer is incomplete, which is not kept; by package id. */
  readonly unkept: ReadonlyMap<number, readonly Match[]>;
  /** The revision of advisories that they are true of; absent: there are none. */
  readonly revision?: number;
  /** All sources of the one generation of advisories that the findings are of. */
  readonly sources: readonly AdvisorySource[];
}

type MatchedPackage = StoredPackage<ScannedPackage>;

/** Packages whose matches are written in one transaction. */
const WRITE_BATCH = 500;

/** Packages that are matched before others have their turn. */
const TURN = 50;

/** How often packages are matched while imports are published meanwhile. */
const ROUNDS = 3;

/**
 * Matches packages with the advisories in force: as one revision has them, never some of an earlier
 * and some of a later one. Where what they hang on changes all the while, that is a fatal problem.
 */
export async function matchPackages(
  deps: Deps,
  packages: readonly MatchedPackage[],
): Promise<MatchedPackages> {
  let round = await matchOnce(deps, packages);
  for (let count = 1; round.moved && count < ROUNDS; count += 1) {
    round = await matchOnce(deps, packages);
  }
  const { matched, moved } = round;
  if (!moved) return matched;
  const message = 'advisories were imported while packages were matched; scan again';
  const problem = { code: 'advisories-changed', message, fatal: true };
  return { ...matched, problems: [...matched.problems, problem] };
}

interface Round {
  readonly matched: MatchedPackages;
  /** Set where something changed about the packages meanwhile: the answer is of no use. */
  readonly moved: boolean;
}

async function matchOnce(deps: Deps, packages: readonly MatchedPackage[]): Promise<Round> {
  const generation = await findAdvisoryGeneration(deps.store);
  const sources = await listAdvisorySources(deps.store);
  const known = await findKnown(deps, packages);
  const open = packages.filter((pkg) => !known.has(pkg.packageId));
  const rules = await readMatchRules(deps.store);
  const computed = await computeMatches(deps, open, rules);
  const ids = packages.map(({ packageId }) => packageId);
  const moved = (await isAnyChanged(deps.store, ids, generation)) || (await areOthers(deps, rules));
  if (!moved) await keepMatches(deps, computed, generation);
  const firstMatched = await findFirstMatched(deps.store, ids);
  const findings = packages.flatMap((pkg): Finding[] => {
    const { packageId, ...shown } = pkg;
    const matches = known.get(packageId) ?? computed.get(packageId)?.matches ?? [];
    return matches.map((match) => {
      const first = firstMatched(packageId, match.advisoryId);
      const since = first === undefined ? {} : { firstMatched: first };
      return { ...match, ...since, package: shown };
    });
  });
  const problems = firstProblems(problemsOf(packages, computed), 'matching packages');
  const incomplete = [...computed].filter(([, one]) => one.problems.length > 0);
  const unkept = new Map(incomplete.map(([packageId, { matches }]) => [packageId, matches]));
  return { matched: { findings, problems, unkept, sources, revision: generation }, moved };
}

/** Tells whether other orders were set meanwhile. */
async function areOthers(deps: Deps, rules: MatchRules): Promise<boolean> {
  return JSON.stringify(await readMatchRules(deps.store)) !== JSON.stringify(rules);
}

/** The problems of matching; those of packages that are only declared say so. */
function problemsOf(
  packages: readonly MatchedPackage[],
  computed: ReadonlyMap<number, PackageMatches>,
): readonly ScanProblem[] {
  const installed = new Set(
    packages.flatMap(({ packageId, origin }) => (origin === 'installed' ? packageId : [])),
  );
  return [...computed].flatMap(([packageId, { problems }]) =>
    installed.has(packageId) ? problems : problems.map(aboutDeclared),
  );
}

async function findKnown(
  deps: Deps,
  packages: readonly MatchedPackage[],
): Promise<ReadonlyMap<number, readonly Match[]>> {
  const kept = await findMatches(
    deps.store,
    packages.map((pkg) => pkg.packageId),
  );
  const current = kept.filter(({ stale }) => !stale);
  return new Map(current.map((one) => [one.packageId, one.matches]));
}

/** Some packages at a time: a server answers reviews while it matches an image of thousands. */
async function computeMatches(
  deps: Deps,
  packages: readonly MatchedPackage[],
  rules: MatchRules,
): Promise<ReadonlyMap<number, PackageMatches>> {
  const computed = new Map<number, PackageMatches>();
  for (const some of chunksOf(packages, TURN)) {
    for (const [packageId, one] of await matchSome(deps, some, rules)) computed.set(packageId, one);
    await nextTurn();
  }
  return computed;
}

async function matchSome(
  deps: Deps,
  packages: readonly MatchedPackage[],
  rules: MatchRules,
): Promise<readonly (readonly [number, PackageMatches])[]> {
  const keyed = packages.flatMap((pkg) =>
    advisoryTargets(pkg).map((target) => ({ packageId: pkg.packageId, target })),
  );
  const found = await findAdvisories(
    deps.store,
    keyed.map(({ target }) => target),
  );
  const candidates = new Map<number, Advisory[]>();
  for (const [index, { packageId }] of keyed.entries()) {
    const of = candidates.get(packageId) ?? [];
    candidates.set(packageId, [...of, ...(found[index] ?? [])]);
  }
  const known = packages.filter(({ packageId }) => candidates.has(packageId));
  return known.map((pkg) => [
    pkg.packageId,
    matchPackage(pkg, [...new Set(candidates.get(pkg.packageId))], rules),
  ]);
}

/** A package whose answer is incomplete is matched again next time, so that its problem is told. */
async function keepMatches(
  deps: Deps,
  computed: ReadonlyMap<number, PackageMatches>,
  generation: number,
): Promise<void> {
  if (generation === 0) return;
  const rows = [...computed].map(([packageId, { matches, problems }]) => ({
    packageId,
    generation,
    matches,
    undecided: problems.length > 0,
  }));
  for (const some of chunksOf(rows, WRITE_BATCH)) {
    await deps.store.write((tx) => keepSome(deps, tx, some));
  }
}

/** What changed is told in the transaction that changes it, whoever asked for it to be matched. */
async function keepSome(
  deps: Deps,
  tx: Tx,
  rows: Parameters<typeof saveMatches>[1],
): Promise<void> {
  const changed = await saveMatches(tx, rows, deps.now());
  if (changed.length > 0) await emitPackagesChanged(deps, tx, changed);
}
