/**
 * Which statement of a test did not hold. Rules with the beginnings of its body, each one statement
 * longer than the one before, are evaluated beside it: the first that is undefined tells.
 */
import type { RegoJob, RegoSources } from '../rego/rego-job.ts';
import type { Module, Rule } from '../rego/syntax/syntax.ts';
import type { RunRego } from './rego-pool.ts';
import { offsetOf } from './rego-test-cases.ts';

/** A statement, and where it stands. */
export interface FailingStatement {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** As it is written, on one line. */
  readonly text: string;
}

const MAX_STATEMENTS = 50;
const MAX_TEXT = 120;

/** Looks for it; undefined where the beginnings of the body do not compile without its end. */
export async function failingStatement(
  run: (job: Pick<RegoJob, 'sources' | 'queries'>) => ReturnType<RunRego>,
  sources: RegoSources,
  test: { readonly module: Module; readonly rule: Rule },
): Promise<FailingStatement | undefined> {
  const { module, rule } = test;
  const source = sources.modules.find(({ file }) => file === module.file);
  if (!source || rule.otherwise.length > 0 || rule.body.length > MAX_STATEMENTS) return undefined;
  const starts = rule.body.map((statement) => offsetOf(source.text, statement));
  const beginnings = starts.slice(1).flatMap((end, index) =>
    // A declaration alone always holds, and is an error while nothing uses it.
    rule.body[index]?.kind === 'some'
      ? []
      : [{ index, name: `assay_beginning_${index}`, text: source.text.slice(starts[0], end) }],
  );
  const form = module.version === 'v1' ? ' if' : ' = true';
  const added = beginnings.map(({ name, text }) => `${name}${form} {\n${trimmed(text)}\n}`);
  const answer = await run({
    sources: {
      ...sources,
      modules: sources.modules.map((one) =>
        one === source ? { ...one, text: [one.text, ...added].join('\n') } : one,
      ),
    },
    queries: beginnings.map(
      ({ name }) => `data${[...module.package, name].map(inBrackets).join('')}`,
    ),
  });
  if (answer.problems.length > 0) return undefined;
  const undefinedAt = answer.outcomes.findIndex(
    (one) => 'problems' in one || one.solutions.length === 0,
  );
  const failed = beginnings[undefinedAt]?.index ?? rule.body.length - 1;
  const at = rule.body[failed]?.at;
  return at && { ...at, text: textOf(source.text, starts, failed) };
}

function inBrackets(part: string): string {
  return `[${JSON.stringify(part)}]`;
}

function trimmed(text: string): string {
  return text.replace(/[;\s]+$/, '');
}

/** Up to the next statement; the last one up to the end of its line. */
function textOf(text: string, starts: readonly number[], index: number): string {
  const from = starts[index] ?? 0;
  const next = starts[index + 1] ?? text.indexOf('\n', from);
  const whole = trimmed(text.slice(from, next < 0 ? undefined : next)).replaceAll(/\s+/g, ' ');
  const own = starts[index + 1] === undefined ? whole.replace(/\s*\}$/, '') : whole;
  return own.length > MAX_TEXT ? `${own.slice(0, MAX_TEXT)}…` : own;
}
