/**
 * Status, severities and verdict of every image that a project has sighted, in one pass over
 * package sets and one over package versions: nothing is stored per image, so that a new advisory
 * is answered for all of them as soon as the few package versions are matched that it speaks of.
 */
import type { AdvisorySource } from '../domain/advisory.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import { type GateOutcome, INSTALLED_ONLY } from '../domain/scan-gate.ts';
import {
  SEVERITIES,
  type Severity,
  severityRank,
  severityRankForLimit,
} from '../domain/severity.ts';
import { leavesUndecided, type ScanProblem, type ScanStatus } from '../domain/software-package.ts';
import type { Micros } from '../domain/time.ts';
import { listAdvisorySources } from '../store/advisory-rows.ts';
import {
  type FleetImage,
  type FleetSet,
  findMatchedPackages,
  systemOfSet,
} from '../store/fleet-rows.ts';
import { judgeScan } from './assemble-scan-result.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { pagesOfSets, readFleetImages } from './fleet-images.ts';
import {
  ASKED,
  type FleetPackages,
  PLACE,
  ranksOf,
  readFleetPackages,
  UNDECIDED,
} from './fleet-packages.ts';

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
  /** Findings of installed packages by severity rank. */
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
  const judge = createJudge(deps, packages, sources);
  await markAsked(deps, packages, advisory);
  const failing = SEVERITIES.map(
    (severity) => severityRankForLimit(severity) >= severityRank(failOn),
  );
  const images = await readFleetImages(deps, project);
  const answering = { packages, judge, failing };
  for await (const sets of pagesOfSets(deps)) {
    yield sets.flatMap((set) => answerImages(images.get(set.number) ?? [], set, answering));
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

async function markAsked(
  deps: Deps,
  { traits }: FleetPackages,
  advisory: string | undefined,
): Promise<void> {
  if (advisory === undefined) return;
  const matched = await findMatchedPackages(deps.store, advisory);
  for (const id of matched) traits[id] = (traits[id] ?? 0) | ASKED;
}

interface Judged {
  readonly status: ScanStatus;
  /** Something leaves a pass in doubt. */
  readonly doubtful: boolean;
}

/** How images of one set were read, and what their packages are. */
interface JudgedBy {
  readonly status: ScanStatus;
  readonly setBody: string;
  readonly ecosystems: readonly number[];
  readonly undecided: boolean;
}

type Judge = (by: JudgedBy) => Judged;

const NOT_COMPARED: ScanProblem = {
  code: 'version-not-comparable',
  message: 'a package cannot be compared with an advisory',
  fatal: true,
};

/** Images that were read alike and hold packages of the same ecosystems are judged once. */
function createJudge(
  deps: Deps,
  packages: FleetPackages,
  sources: readonly AdvisorySource[],
): Judge {
  const judged = new Map<string, Map<string, Judged>>();
  const now = deps.now();
  return (by) => {
    const ofBody = judged.get(by.setBody) ?? new Map<string, Judged>();
    judged.set(by.setBody, ofBody);
    const key = `${by.status} ${by.undecided ? 1 : 0} ${by.ecosystems.join()}`;
    const answer = ofBody.get(key) ?? judge(by, { packages, sources, now });
    ofBody.set(key, answer);
    return answer;
  };
}

interface JudgedWith {
  readonly packages: FleetPackages;
  readonly sources: readonly AdvisorySource[];
  readonly now: Micros;
}

function judge(
  { status, setBody, ecosystems, undecided }: JudgedBy,
  { packages, sources, now }: JudgedWith,
): Judged {
  const system = systemOfSet(setBody);
  const result = judgeScan({
    read: { status, problems: [], ...(system !== undefined && { system }) },
    ecosystems: {
      installed: ecosystems.map((place) => packages.ecosystems[place] ?? ''),
      declared: [],
    },
    matched: { problems: undecided ? [NOT_COMPARED] : [], sources },
    now,
    maxAdvisoryAge: Number.MAX_SAFE_INTEGER,
  });
  const doubtful = result.problems.some((one) => leavesUndecided(one, INSTALLED_ONLY));
  return { status: result.status, doubtful };
}

interface Answering {
  readonly packages: FleetPackages;
  readonly judge: Judge;
  /** By severity rank. */
  readonly failing: readonly boolean[];
}

function answerImages(
  images: readonly FleetImage[],
  set: FleetSet,
  { packages, judge, failing }: Answering,
): readonly FleetAnswer[] {
  if (images.length === 0) return [];
  const { low, high, traits, ecosystems } = sumUp(set.packages(), packages);
  const counts = ranksOf(low, high);
  const fails = counts.some((count, rank) => count > 0 && failing[rank] === true);
  const undecided = (traits & UNDECIDED) !== 0;
  const affected = (traits & ASKED) !== 0;
  return images.map(({ digest, status: read }) => {
    const { status, doubtful } = judge({ status: read, setBody: set.body, undecided, ecosystems });
    return { digest, status, counts, outcome: outcomeOf(status, fails, doubtful), affected };
  });
}

/** One pass over the packages of a set: the loop that runs for each package of each image. */
function sumUp(ids: Uint32Array | readonly number[], packages: FleetPackages) {
  let low = 0;
  let high = 0;
  let traits = 0;
  let before = -1;
  const places = new Set<number>();
  for (let at = 0; at < ids.length; at += 1) {
    const id = ids[at] ?? 0;
    low += packages.low[id] ?? 0;
    high += packages.high[id] ?? 0;
    const own = packages.traits[id] ?? 0;
    // Nearly always those of the package before.
    if (own === before) continue;
    before = own;
    traits |= own % PLACE;
    places.add(Math.floor(own / PLACE));
  }
  places.delete(0);
  return { low, high, traits, ecosystems: [...places].sort((a, b) => a - b) };
}

function outcomeOf(status: ScanStatus, fails: boolean, doubtful: boolean): GateOutcome {
  if (status !== 'COMPLETE') return 'undecided';
  if (fails) return 'fail';
  return doubtful ? 'undecided' : 'pass';
}
