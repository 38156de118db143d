/** What is written and used nowhere: imports, assigned variables, arguments. Wrong when strict. */
import { type Place, RegoError } from './rego-error.ts';
import type { Module, Rule, Term } from './syntax.ts';
import { type BodyScope, scopesOfRule, termsIn, termsOfRule } from './syntax-terms.ts';

/** Everything of a module that nothing uses, as errors in OPA's words. */
export function findUnused(module: Module): readonly RegoError[] {
  const found = [
    ...unusedImports(module),
    ...module.rules.flatMap((rule) => [...unusedArguments(rule), ...unusedAssignments(rule)]),
  ];
  return found.toSorted((a, b) => lineOf(a) - lineOf(b));
}

function lineOf({ at }: RegoError): number {
  return at?.line ?? 0;
}

interface Named {
  readonly name: string;
  readonly at: Place;
}

function unusedImports({ imports, rules }: Module): RegoError[] {
  const used = new Set(
    rules
      .flatMap(termsOfRule)
      .flatMap(namesIn)
      .map(({ name }) => name),
  );
  return imports
    .filter(({ path }) => path[0] === 'data' || path[0] === 'input')
    .filter(({ path, alias }) => !used.has(alias ?? path.at(-1) ?? ''))
    .map(({ path, alias, at }) => {
      const text = `${path.join('.')}${alias === undefined ? '' : ` as ${alias}`}`;
      return unused(`import ${text} unused`, at);
    });
}

function unusedArguments(rule: Rule): RegoError[] {
  if (rule.isDefault) return [];
  const names = termsOfRule(rule).flatMap(namesIn);
  return (rule.args ?? [])
    .flatMap(termsIn)
    .flatMap(namesIn)
    .filter((one) => isUnused(one, names))
    .map(({ name, at }) =>
      unused(`unused argument ${name}. (hint: use _ (wildcard variable) instead)`, at),
    );
}

function unusedAssignments(rule: Rule): RegoError[] {
  return scopesOfRule(rule).flatMap(({ body, terms }: BodyScope) => {
    const names = terms.flatMap(namesIn);
    return body
      .flatMap((statement) => (statement.kind === 'term' ? assignedIn(statement.term) : []))
      .filter((one) => isUnused(one, names))
      .map(({ name, at }) => unused(`assigned var ${name} unused`, at));
  });
}

function assignedIn(term: Term): readonly Named[] {
  if (term.kind !== 'call' || term.operator.join('.') !== 'assign') return [];
  const [pattern] = term.args;
  return pattern ? termsIn(pattern).flatMap(namesIn) : [];
}

/** Nothing but itself has its name; `_` wants no use. */
function isUnused({ name, at }: Named, names: readonly Named[]): boolean {
  return !name.startsWith('$') && names.every((one) => one.name !== name || one.at === at);
}

/** The name that a term is or begins with; what is in it are terms of their own. */
function namesIn(term: Term): readonly Named[] {
  if (term.kind === 'var') return [term];
  if (term.kind === 'call') return [{ name: term.operator[0] ?? '', at: term.at }];
  return term.kind === 'ref' && term.head.kind === 'var' ? [term.head] : [];
}

function unused(message: string, at: Place): RegoError {
  return new RegoError('rego_compile_error', message, { at });
}
