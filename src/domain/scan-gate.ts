/**
 * What a scan means to who asks whether to go on: a pure answer from results and a gate. Which
 * packages count is part of the gate, a value, so that the same results can be judged by another.
 */
import type { ScanResult } from './scan-result.ts';
import { type Severity, severityRank, severityRankForLimit } from './severity.ts';
import { END_OF_LIFE, leavesUndecided, type PackageOrigin } from './software-package.ts';

/** What a gate lets pass. */
export interface ScanGate {
  /** Findings at least this severe do not pass; an unknown severity counts as CRITICAL. */
  readonly failOn?: Severity;
  /** A system whose support has ended does not pass. */
  readonly failOnEndOfLife?: boolean;
  /** Whose findings count; what is only declared by a lock file may not be there at all. */
  readonly counted: ReadonlySet<PackageOrigin>;
}

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
  if (gate.failOnEndOfLife === true && results.some(isEndOfLife)) return 'fail';
  if (failOn === undefined) return 'pass';
  if (results.some((one) => reaches(one, failOn, counted))) return 'fail';
  const doubts = results.flatMap(({ problems }) => problems);
  return doubts.some((one) => leavesUndecided(one, counted)) ? 'undecided' : 'pass';
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
      counted.has(one.package.origin) && severityRankForLimit(one.severity) >= severityRank(limit),
  );
}
