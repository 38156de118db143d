/** Checking policies of Rego from files: what is wrong, and what is legal but likely not meant. */
import { POLICY_BUILTINS } from '../policy/assay-builtins.ts';
import { blindToReviews } from '../policy/rego-input.ts';
import { lintPolicy, type RegoWarning } from '../rego/lint/lint-policy.ts';
import { parseSources, runRegoJob, type RegoProblem } from '../rego/rego-job.ts';
import type { Module } from '../rego/syntax/syntax.ts';
import { textsOf } from './eval-rego.ts';
import { loadRego, type RegoFiles } from './load-rego.ts';
import { withLines } from './source-lines.ts';

/** What came of a check. */
export interface RegoCheck {
  readonly modules: number;
  readonly problems: readonly RegoProblem[];
  readonly warnings: readonly RegoWarning[];
}

/** Compiles files without asking them anything; strictly, what is only untidy is an error too. */
export async function checkRego(files: RegoFiles, isStrict: boolean): Promise<RegoCheck> {
  const sources = await loadRego(files);
  const nothing = { queries: [], nowNanos: 0n, seed: new Uint8Array(32) };
  const job = { sources: { ...sources, ...(isStrict && { isStrict }) }, ...nothing };
  const { problems } = runRegoJob(job, POLICY_BUILTINS);
  const warnings = problems.length > 0 ? [] : warningsOf(parseSources(sources));
  return {
    modules: sources.modules.length,
    problems: withLines(problems, textsOf(sources)),
    warnings,
  };
}

function warningsOf(modules: readonly Module[]): readonly RegoWarning[] {
  return [...modules.flatMap(lintPolicy), ...blindToReviews(modules)];
}
