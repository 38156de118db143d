/** Walking the syntax tree for checks that look at single terms, wherever they stand. */
import type { Body, Rule, Statement, Term } from './syntax.ts';

type Children<Kind extends Term['kind']> = (term: Extract<Term, { kind: Kind }>) => readonly Term[];

/** Terms directly below one of each kind; a reference's variable is a part of the reference. */
const CHILDREN: { readonly [Kind in Term['kind']]: Children<Kind> } = {
  scalar: () => [],
  var: () => [],
  ref: ({ head, path }) => (head.kind === 'var' ? path : [head, ...path]),
  array: ({ items }) => items,
  set: ({ items }) => items,
  object: ({ entries }) => entries.flat(),
  comprehension: ({ key, value, body }) => [...(key ? [key] : []), value, ...body.flatMap(below)],
  call: ({ args }) => args,
  template: ({ parts }) => parts.flatMap((part) => (typeof part === 'string' ? [] : below(part))),
};

/** A term and all terms in it, the outer ones first. */
function termsIn(term: Term): readonly Term[] {
  const children = (CHILDREN[term.kind] as Children<Term['kind']>)(term as never);
  return [term, ...children.flatMap(termsIn)];
}

/** All terms of a rule: of its head, values and bodies, and of what `with` replaces. */
export function termsOfRule({ ref, args = [], value, body, otherwise }: Rule): readonly Term[] {
  const head = ref.kind === 'var' ? [] : ref.path;
  const branches = otherwise.flatMap((branch) => [branch.value, ...ofBody(branch.body)]);
  return [...head, ...args, value, ...ofBody(body), ...branches].flatMap(termsIn);
}

/** All statements of a rule: of its bodies, and of those within them. */
export function statementsOfRule(rule: Rule): readonly Statement[] {
  const own = [rule.body, ...rule.otherwise.map(({ body }) => body)];
  const within = termsOfRule(rule).flatMap((term) =>
    term.kind === 'comprehension' ? [term.body] : [],
  );
  return [...own, ...within].flatMap(withInner);
}

function withInner(body: Body): readonly Statement[] {
  return body.flatMap((one) => (one.kind === 'every' ? [one, ...withInner(one.body)] : [one]));
}

function ofBody(body: Body): readonly Term[] {
  return body.flatMap(below);
}

function below(statement: Statement): readonly Term[] {
  if (statement.kind === 'some') return [];
  const replaced = statement.with.flatMap(({ target, value }) => [target, value]);
  if (statement.kind === 'term') return [statement.term, ...replaced];
  if (statement.kind === 'every') {
    return [statement.domain, ...ofBody(statement.body), ...replaced];
  }
  const { key, value, domain } = statement;
  return [...(key ? [key] : []), value, domain, ...replaced];
}
