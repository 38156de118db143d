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
export function termsIn(term: Term): readonly Term[] {
  const children = (CHILDREN[term.kind] as Children<Term['kind']>)(term as never);
  return [term, ...children.flatMap(termsIn)];
}

/** All terms of a rule: of its head, values and bodies, and of what `with` replaces. */
export function termsOfRule({ ref, args = [], value, body, otherwise }: Rule): readonly Term[] {
  const head = ref.kind === 'var' ? [] : ref.path;
  const branches = otherwise.flatMap((branch) => [branch.value, ...ofBody(branch.body)]);
  return [...head, ...args, value, ...ofBody(body), ...branches].flatMap(termsIn);
}

function ofBody(body: Body): readonly Term[] {
  return body.flatMap(below);
}

/** A body, and all terms that may name its variables, at any depth. */
export interface BodyScope {
  readonly body: Body;
  readonly terms: readonly Term[];
}

/** Every body of a rule, its own and those within, each a scope. */
export function scopesOfRule(rule: Rule): readonly BodyScope[] {
  const { body, otherwise } = rule;
  const terms = termsOfRule(rule);
  const own = [body, ...otherwise.map((branch) => branch.body)];
  const within = terms.flatMap((term): BodyScope[] =>
    term.kind === 'comprehension' ? [{ body: term.body, terms: termsIn(term) }] : [],
  );
  const all = [...own.map((one) => ({ body: one, terms })), ...within];
  return [...all, ...all.flatMap((scope) => scopesOfEvery(scope.body))];
}

function scopesOfEvery(body: Body): readonly BodyScope[] {
  return body.flatMap((statement): readonly BodyScope[] => {
    if (statement.kind !== 'every') return [];
    const inner = { body: statement.body, terms: ofBody(statement.body).flatMap(termsIn) };
    return [inner, ...scopesOfEvery(statement.body)];
  });
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
