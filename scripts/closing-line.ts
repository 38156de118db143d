/**
 * The last words of a test run: `N passed, N failed, N skipped`, alone on a line, then the names of
 * the skipped tests. A skip is a gap in what was shown, so nobody should have to look for it; with
 * ASSAY_REQUIRE_REAL=1 it is a failure.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Reporter } from 'vitest/node';

/** One test as the closing line needs it. */
export interface TestOutcome {
  readonly file: string;
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  readonly note?: string | undefined;
}

/** The counts of a run; `failed` includes files that did not load and errors outside of tests. */
export interface RunSummary {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly skippedNames: readonly string[];
}

/** Counts outcomes; where every skip must be real, a skipped test counts as failed. */
export function summarizeRun(
  outcomes: readonly TestOutcome[],
  options: { readonly brokenFiles: number; readonly requireReal: boolean },
): RunSummary {
  const count = (state: string) => outcomes.filter((outcome) => outcome.state === state).length;
  const notRun = outcomes.filter(({ state }) => state === 'skipped' || state === 'pending');
  const failed = count('failed') + options.brokenFiles;
  return {
    passed: count('passed'),
    failed: options.requireReal ? failed + notRun.length : failed,
    skipped: options.requireReal ? 0 : notRun.length,
    skippedNames: notRun.map(skippedName),
  };
}

/** Prints a summary: the line of counts first, then a line for each skipped test. */
export function formatSummary(summary: RunSummary): string {
  const { passed, failed, skipped, skippedNames } = summary;
  const line = `${passed} passed, ${failed} failed, ${skipped} skipped`;
  return [line, ...skippedNames.map((name) => `  skipped: ${name}`), ''].join('\n');
}

/** The vitest reporter that prints the summary when all else has been printed. */
export function createClosingLine(environment: NodeJS.ProcessEnv = process.env): Reporter {
  return {
    onTestRunEnd(modules, errors) {
      const outcomes = modules.flatMap((module) => [...module.children.allTests()].map(toOutcome));
      const broken = modules.filter((module) => module.errors().length > 0).length;
      const requireReal = environment.ASSAY_REQUIRE_REAL === '1';
      const summary = summarizeRun(outcomes, { brokenFiles: broken + errors.length, requireReal });
      process.once('exit', () => closeRun(summary, environment.ASSAY_TEST_SUMMARY));
    },
  };
}

function closeRun(summary: RunSummary, file: string | undefined): void {
  const text = formatSummary(summary);
  process.stdout.write(`\n${text}`);
  if (file !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  if (summary.failed > 0) process.exitCode = 1;
}

function skippedName({ file, name, note }: TestOutcome): string {
  return `${file} > ${name}${note === undefined ? '' : ` (${note})`}`;
}

/** What the reporter reads of vitest's test case. */
interface ReportedTest {
  readonly fullName: string;
  readonly module: { readonly relativeModuleId: string };
  result(): { readonly state: TestOutcome['state']; readonly note?: string | undefined };
}

function toOutcome(test: ReportedTest): TestOutcome {
  const { state, note } = test.result();
  return { file: test.module.relativeModuleId, name: test.fullName, state, note };
}
