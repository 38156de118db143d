/**
 * Status, severities and verdict of every image that a project has sighted, in one pass over
 * package sets and one over package versions: nothing is stored per image, so that a new advisory
 * is answered for all of them as soon as the few package versions are matched that it speaks of.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import type { GateOutcome } from '../domain/scan-gate.ts';
import {
  SEVERITIES,
  type Severity,
  severityRank,
  severityRankForLimit,
} from '../domain/severity.ts';
import type { ScanStatus } from '../domain/software-package.ts';
import { listAdvisorySources } from '../store/advisory-rows.ts';
import { findMatchedPackages } from '../store/fleet-rows.ts';
import type { SetPage } from '../store/set-pages.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { type ImagesBySet, pagesOfSets, readFleetImages } from './fleet-images.ts';
import { createFleetJudge, type FleetJudge } from './fleet-judge.ts';
import { ASKED, markPackages, ranksOf, readFleetPackages, VEXED } from './fleet-packages.ts';
import { createAdder, type PackageAdder } from './fleet-sums.ts';
import { type FleetVex, readFleetVex } from './fleet-vex.ts';

/** What is asked. */
export interface FleetQuestion {
  readonly caller: Caller;
  readonly project: string;
  /** Findings at least this severe do not pass; absent: CRITICAL. */
  readonly failOn?: Severity;
  /** An advisory, to tell which images it concerns. */
  readonly advisory?: string;
}

/** One image's answer. */
export interface FleetAnswer {
  readonly digest: Digest;
  readonly status: ScanStatus;
  /** Findings of installed packages by severity rank, without those that VEX documents clear. */
  readonly counts: readonly number[];
  readonly outcome: GateOutcome;
  /** Whether it holds a package that the advisory matches. */
  readonly affected: boolean;
}

/** Answers for each image, in no order, many at a time. */
export async function* answerFleet(
  deps: Deps,
  question: FleetQuestion,
): AsyncGenerator<readonly FleetAnswer[], void> {
  const { caller, project, failOn = 'CRITICAL', advisory } = question;
  authorise(caller, 'containeranalysis.occurrences.list', project);
  await requireProject(deps, project);
  const sources = await listAdvisorySources(deps.store);
  const packages = await readFleetPackages(deps);
  const judge = createFleetJudge({ packages, sources, now: deps.now() });
  if (advisory !== undefined) {
    markPackages(packages, ASKED, await findMatchedPackages(deps.store, advisory));
  }
  const failing = SEVERITIES.map(
    (severity) => severityRankForLimit(severity) >= severityRank(failOn),
  );
  const images = await readFleetImages(deps, project);
  const last = packages.kinds.length - 1;
  const vex = await readFleetVex(deps, { project, digests: images.digests, last });
  markPackages(packages, VEXED, vex?.packages ?? []);
  const answering = { images, judge, failing, vex, ...createAdder(packages) };
  let from = 0;
  for await (const page of pagesOfSets(deps)) {
    const answers = answerSets(page, from, answering);
    from += answers.length;
    yield answers;
  }
}

/** A count of images by what is said of them. */
export interface FleetSummary {
  readonly images: number;
  /** Images that hold a package that the advisory matches; 0 where none was asked about. */
  readonly affected: number;
  readonly statuses: Readonly<Record<ScanStatus, number>>;
  readonly outcomes: Readonly<Record<GateOutcome, number>>;
  /** Images by their highest severity; those without a finding are in none. */
  readonly highest: Readonly<Record<Severity, number>>;
}

/** Counts the images of a project. */
export async function summariseFleet(deps: Deps, question: FleetQuestion): Promise<FleetSummary> {
  const statuses = { COMPLETE: 0, INCOMPLETE: 0, UNSUPPORTED: 0 };
  const outcomes = { pass: 0, fail: 0, undecided: 0 };
  const highest = SEVERITIES.map(() => 0);
  let images = 0;
  let found = 0;
  for await (const answers of answerFleet(deps, question)) {
    images += answers.length;
    for (const { status, counts, outcome, affected } of answers) {
      if (affected) found += 1;
      statuses[status] += 1;
      outcomes[outcome] += 1;
      const rank = counts.findLastIndex((count) => count > 0);
      if (rank >= 0) highest[rank] = (highest[rank] ?? 0) + 1;
    }
  }
  const named = SEVERITIES.map((severity, rank) => [severity, highest[rank] ?? 0] as const);
  return {
    images,
    affected: found,
    statuses,
    outcomes,
    highest: Object.fromEntries(named) as FleetSummary['highest'],
  };
}

interface Answering extends PackageAdder {
  readonly images: ImagesBySet;
  readonly judge: FleetJudge;
  /** By severity rank. */
  readonly failing: readonly boolean[];
  readonly vex: FleetVex | undefined;
}

/** Answers the images of some sets, the first of which is in a place of their order. */
function answerSets(page: SetPage, from: number, answering: Answering): readonly FleetAnswer[] {
  const { images, sums, add } = answering;
  const { order, sets } = images;
  const answers: FleetAnswer[] = [];
  let next = order[from];
  for (const [at, number] of page.numbers.entries()) {
    if (next === undefined || sets[next] !== number) continue;
    page.readInstalled(at, sums.ids);
    add();
    const counts = ranksOf(sums.low, sums.high);
    while (next !== undefined && sets[next] === number) {
      answers.push(answerImage(next, { counts, setBody: page.bodies[at] ?? '' }, answering));
      next = order[from + answers.length];
    }
  }
  return answers;
}

interface Counted {
  readonly counts: readonly number[];
  readonly setBody: string;
}

function answerImage(
  place: number,
  { counts, setBody }: Counted,
  { images, sums, judge, failing, vex }: Answering,
): FleetAnswer {
  const { status, doubtful } = judge(images.statuses[place] ?? 'INCOMPLETE', setBody, sums);
  const digest = images.digests[place] as Digest;
  const vexed = vex !== undefined && (sums.traits & VEXED) !== 0;
  const open = vexed ? lessCleared(counts, vex.clearedIn(digest, sums.ids)) : counts;
  const fails = open.some((count, rank) => count > 0 && failing[rank] === true);
  return {
    digest,
    status,
    counts: open,
    outcome: outcomeOf(status, fails, doubtful),
    affected: (sums.traits & ASKED) !== 0,
  };
}

function lessCleared(counts: readonly number[], cleared: readonly number[]): readonly number[] {
  return counts.map((count, rank) => count - (cleared[rank] ?? 0));
}

function outcomeOf(status: ScanStatus, fails: boolean, doubtful: boolean): GateOutcome {
  if (status !== 'COMPLETE') return 'undecided';
  if (fails) return 'fail';
  return doubtful ? 'undecided' : 'pass';
}
