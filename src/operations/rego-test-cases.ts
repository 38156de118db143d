/**
 * Tests over cases: `test_x[case] if { some case, given in {…}; … }` is an object of the cases
 * that hold. One that does not hold is missing in it, so that the names of all are asked for by a
 * rule that is added to the module: the statements of the test up to the one that binds the name.
 */
import type { RegoSources } from '../rego/rego-job.ts';
import type { Module, RegoVersion, Rule, Statement, VarTerm } from '../rego/syntax/syntax.ts';

type Source = RegoSources['modules'][number];

/** The rule that was added for a test. */
export interface CasesRule {
  readonly name: string;
}

interface WithCases {
  readonly modules: readonly Source[];
  /** By the full name of the test. */
  readonly cases: ReadonlyMap<string, CasesRule>;
}

/** Adds the rules that tell the names of cases to the sources that the modules were read from. */
export function withCasesRules(sources: readonly Source[], modules: readonly Module[]): WithCases {
  const cases = new Map<string, CasesRule>();
  const written = sources.map((source, index) => {
    const module = modules[index];
    const added = module
      ? module.rules.flatMap((rule) => casesOf(source, rule, module.version))
      : [];
    for (const { test, name } of added) {
      cases.set(['data', ...(module?.package ?? []), test].join('.'), { name });
    }
    return added.length === 0
      ? source
      : { ...source, text: [source.text, ...added.map(({ text }) => text)].join('\n') };
  });
  return { modules: written, cases };
}

interface AddedRule {
  readonly test: string;
  readonly name: string;
  readonly text: string;
}

function casesOf({ text }: Source, rule: Rule, version: RegoVersion): readonly AddedRule[] {
  const over = testOverCases(rule);
  if (over === undefined) return [];
  const { test, key } = over;
  const last = rule.body.findIndex((statement) => binds(statement, key));
  const [first, next] = [rule.body[0], rule.body[last + 1]];
  if (last < 0 || next === undefined || first === undefined) return [];
  const prefix = text.slice(offsetOf(text, first), offsetOf(text, next)).replace(/[;\s]+$/, '');
  const name = `assay_cases_of_${test}`;
  const head = `${name}[${key.name}] = true${version === 'v1' ? ' if' : ''}`;
  return [{ test, name, text: `${head} {\n${prefix}\n}\n` }];
}

function testOverCases({ kind, ref }: Rule): { test: string; key: VarTerm } | undefined {
  if (kind !== 'value' || ref.kind === 'var' || ref.head.kind !== 'var') return undefined;
  const [key, more] = ref.path;
  const isTest = ref.head.name.startsWith('test_') && more === undefined;
  return isTest && key?.kind === 'var' ? { test: ref.head.name, key } : undefined;
}

/** Where a statement begins in the text of its module. */
export function offsetOf(text: string, { at }: Statement): number {
  const lines = text.split('\n').slice(0, at.line - 1);
  return lines.reduce((sum, line) => sum + line.length + 1, 0) + at.column - 1;
}

function binds(statement: Statement, { name }: VarTerm): boolean {
  if (statement.kind === 'some-in') {
    const { key, value } = statement;
    return [key, value].some((term) => term?.kind === 'var' && term.name === name);
  }
  if (statement.kind !== 'term' || statement.term.kind !== 'call') return false;
  const { operator, args } = statement.term;
  const [left] = args;
  return operator.join('.') === 'assign' && left?.kind === 'var' && left.name === name;
}
