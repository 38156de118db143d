/**
 * What a scan means to who asks whether to go on: a pure answer from results and a gate. Which
 * packages count is part of the gate, a value, so that the same results can be judged by another.
 */
import { isSuppressed, type ScanResult } from './scan-result.ts';
import { type Severity, severityRank, severityRankForLimit } from './severity.ts';
import { END_OF_LIFE, leavesUndecided, type PackageOrigin } from './software-package.ts';

/** What a gate lets pass. */
export interface ScanGate {
  /** Findings at least this severe do not pass; an unknown severity counts as CRITICAL. */
  readonly failOn?: Severity;
  /** A system whose support has ended does not pass. */
  readonly failOnEndOfLife?: boolean;
  /** Findings that are known to be exploited do not pass; without a fresh catalog nothing does. */
  readonly failOnKev?: boolean;
  /** Whose findings count; what is only declared by a lock file may not be there at all. */
  readonly counted: ReadonlySet<PackageOrigin>;
}

/** The code of the problem that the catalog of exploited vulnerabilities is old. */
export const KEV_OLD = 'kev-old';

/** Only what is installed counts, unless told otherwise. */
export const INSTALLED_ONLY: ReadonlySet<PackageOrigin> = new Set(['installed']);
/** What lock files declare counts, too. */
export const DECLARED_TOO: ReadonlySet<PackageOrigin> = new Set(['installed', 'declared']);

/** Whether results pass; `undecided` is what may not be told from what is known. */
export type GateOutcome = 'pass' | 'fail' | 'undecided';

/** Judges: what is not COMPLETE is undecided; then findings count; then what leaves doubt. */
export function judgeGate(results: readonly ScanResult[], gate: ScanGate): GateOutcome {
  const { failOn, counted } = gate;
  if (results.length === 0 || results.some(({ status }) => status !== 'COMPLETE')) {
    return 'undecided';
  }
  if (results.some((one) => fails(one, gate))) return 'fail';
  if (gate.failOnKev === true && !results.every(hasFreshKev)) return 'undecided';
  if (failOn === undefined && gate.failOnKev !== true) return 'pass';
  const doubts = results.flatMap(({ problems }) => problems);
  return doubts.some((one) => leavesUndecided(one, counted)) ? 'undecided' : 'pass';
}

function fails(result: ScanResult, gate: ScanGate): boolean {
  const { failOn, counted } = gate;
  if (gate.failOnEndOfLife === true && isEndOfLife(result)) return true;
  if (gate.failOnKev === true && isExploited(result, counted)) return true;
  return failOn !== undefined && reaches(result, failOn, counted);
}

function isExploited({ findings }: ScanResult, counted: ReadonlySet<PackageOrigin>): boolean {
  return findings.some(
    (one) => !isSuppressed(one) && one.kev !== undefined && counted.has(one.package.origin),
  );
}

/** Tells whether there is a catalog that is fresh enough to say that something is not in it. */
export function hasFreshKev({ feeds = [], problems }: ScanResult): boolean {
  const isThere = feeds.some(({ name }) => name === 'kev');
  return isThere && !problems.some(({ code }) => code === KEV_OLD);
}

function isEndOfLife({ problems }: ScanResult): boolean {
  return problems.some(({ code }) => code === END_OF_LIFE);
}

function reaches(
  { findings }: ScanResult,
  limit: Severity,
  counted: ReadonlySet<PackageOrigin>,
): boolean {
  return findings.some(
    (one) =>
      !isSuppressed(one) &&
      counted.has(one.package.origin) &&
      severityRankForLimit(one.severity) >= severityRank(limit),
  );
}
