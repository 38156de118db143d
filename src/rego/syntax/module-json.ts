/**
 * A module as OPA's JSON of its syntax tree: what `rego.parse_module` gives, without the places of
 * nodes, as OPA leaves them out too. What our tree cannot tell as OPA's does is refused.
 */
import { lexRego } from './lex-rego.ts';
import { parseModule } from './parse-module.ts';
import type { Body, ElseBranch, Import, Rule, Statement, Term, VarTerm } from './syntax.ts';
import { compareStrings, compareValues, plainObject } from '../model/value.ts';
import type { PlainObject, Value } from '../model/value.ts';

/** Something that cannot be said in OPA's JSON. */
export class UnsaidError extends Error {}

/** Reads a source of v1 and says it in JSON; throws `RegoErrors`, or `UnsaidError`. */
export function moduleJson(file: string, text: string): PlainObject {
  const module = parseModule({ file, text, version: 'v1' });
  const comments = lexRego(file, text, 'v1').comments.map(({ line, column, text: said }) => ({
    Location: { file, row: line, col: column },
    Text: Buffer.from(said, 'utf8').toString('base64'),
  }));
  return {
    package: { path: pathJson(['data', ...module.package]) },
    ...listed('imports', module.imports.map(importJson)),
    ...listed('rules', module.rules.map(ruleJson)),
    ...listed('comments', comments),
  };
}

/** A member that is left out where it would be empty. */
function listed(name: string, list: readonly Value[]): PlainObject {
  return list.length === 0 ? {} : plainObject([[name, list]]);
}

function pathJson([first = '', ...rest]: readonly string[]): Value {
  return [node('var', first), ...rest.map((name) => node('string', name))];
}

function node(type: string, value: Value): PlainObject {
  return { type, value };
}

function importJson({ path, alias }: Import): PlainObject {
  return { path: node('ref', pathJson(path)), ...(alias === undefined ? {} : { alias }) };
}

function ruleJson(rule: Rule): PlainObject {
  const head = headJson(rule);
  const otherwise = elseJson(rule, head, rule.otherwise);
  return {
    head,
    body: bodyJson(rule.body),
    ...(rule.isDefault ? { default: true } : {}),
    ...(otherwise === undefined ? {} : { else: otherwise }),
  };
}

/** Each branch stands in the one before it, under a head that is like the rule's. */
function elseJson(
  rule: Rule,
  head: PlainObject,
  [branch, ...rest]: readonly ElseBranch[],
): PlainObject | undefined {
  if (branch === undefined) return undefined;
  if (rule.args?.some(isWildcard)) throw new UnsaidError('else with `_` as an argument');
  const { assign, ...others } = head;
  const isAssigned = branch.isAssigned ?? assign === true;
  const own = { ...others, value: termJson(branch.value), ...(isAssigned && { assign: true }) };
  const next = elseJson(rule, own, rest);
  return { head: own, body: bodyJson(branch.body), ...(next === undefined ? {} : { else: next }) };
}

function isWildcard(term: Term): boolean {
  return term.kind === 'var' && term.name.startsWith('$');
}

function headJson(rule: Rule): PlainObject {
  const { ref, args = [], value, written } = rule;
  const parts = ref.kind === 'var' ? [ref] : [ref.head, ...ref.path];
  const said = termJson(value);
  return {
    ...namesJson(rule, parts),
    ref: parts.map(partJson),
    ...listed('args', args.map(termJson)),
    ...(rule.kind === 'contains' ? { key: said } : { value: said }),
    ...(written?.isAssigned === true ? { assign: true } : {}),
  };
}

/** What OPA keeps for readers of its older trees: a name, and the key of `p[x] if …`. */
function namesJson({ kind, args, written }: Rule, [first, ...path]: readonly Term[]): PlainObject {
  const name = { name: (first as VarTerm).name };
  const [key] = path;
  if (key === undefined) return name;
  if (path.length > 1 || kind !== 'value' || !written?.hasIf) return {};
  const keyed = args !== undefined || isGround(key) ? {} : { key: termJson(key) };
  return written.hasValue ? { ...name, ...keyed } : keyed;
}

function isGround(term: Term): boolean {
  switch (term.kind) {
    case 'scalar':
      return true;
    case 'array':
    case 'set':
      return term.items.every(isGround);
    case 'object':
      return term.entries.flat().every(isGround);
    default:
      return false;
  }
}

function bodyJson(body: Body): Value {
  return body.map((statement, index) => ({ index, ...statementJson(statement) }));
}

function statementJson(statement: Statement): PlainObject {
  if (statement.kind === 'some') return { terms: { symbols: statement.vars.map(termJson) } };
  const modifiers = statement.with.map(({ target, value }) => ({
    target: termJson(target),
    value: termJson(value),
  }));
  const negated = statement.kind === 'term' && statement.negated ? { negated: true } : {};
  return { ...negated, terms: termsJson(statement), ...listed('with', modifiers) };
}

function termsJson(statement: Exclude<Statement, { readonly kind: 'some' }>): Value {
  switch (statement.kind) {
    case 'term': {
      const { term } = statement;
      return term.kind === 'call' ? callJson(term.operator, term.args) : termJson(term);
    }
    case 'some-in': {
      const { key, value, domain } = statement;
      const operator = ['internal', key === undefined ? 'member_2' : 'member_3'];
      const args = key === undefined ? [value, domain] : [key, value, domain];
      return { symbols: [node('call', callJson(operator, args))] };
    }
    case 'every': {
      const { key, value, domain, body } = statement;
      return {
        key: key === undefined ? null : termJson(key),
        value: termJson(value),
        domain: termJson(domain),
        body: bodyJson(body),
      };
    }
  }
}

function callJson(operator: readonly string[], args: readonly Term[]): Value {
  return [node('ref', pathJson(operator)), ...args.map(termJson)];
}

type Writers = {
  readonly [Kind in Term['kind']]: (term: Extract<Term, { readonly kind: Kind }>) => PlainObject;
};

const WRITERS: Writers = {
  scalar: ({ value }) => scalarJson(value),
  var: (term) => (isRoot(term) ? node('ref', [partJson(term)]) : partJson(term)),
  ref: ({ head, path }) => node('ref', [partJson(head), ...path.map(termJson)]),
  array: ({ items }) => node('array', items.map(termJson)),
  set: ({ items }) =>
    node(
      'set',
      inOrder(items.map((item) => [item]))
        .flat()
        .map(termJson),
    ),
  object: ({ entries }) =>
    node(
      'object',
      inOrder(entries).map((pair) => pair.map(termJson)),
    ),
  comprehension: ({ of, key, value, body }) => {
    const read =
      of === 'object' && key ? { key: termJson(key), value: termJson(value) } : undefined;
    return node(`${of}comprehension`, {
      ...(read ?? { term: termJson(value) }),
      body: bodyJson(body),
    });
  },
  call: ({ operator, args }) => node('call', callJson(operator, args)),
  template: () => {
    throw new UnsaidError('a template string');
  },
};

function termJson(term: Term): PlainObject {
  return (WRITERS[term.kind] as (term: Term) => PlainObject)(term);
}

/** A head of a ref is a variable, even where it is the name of a root document. */
function partJson(term: Term): PlainObject {
  return term.kind === 'var' ? node('var', term.name) : termJson(term);
}

function isRoot({ name }: VarTerm): boolean {
  return name === 'input' || name === 'data';
}

function scalarJson(value: Value): PlainObject {
  if (value === null) return node('null', {});
  const type = typeof value;
  return node(type === 'string' || type === 'boolean' ? type : 'number', value);
}

/** Sets and objects are in Rego's order, each key once, whatever order they were written in. */
function inOrder<T extends readonly [Term, ...Term[]] | readonly Term[]>(
  members: readonly T[],
): readonly T[] {
  const sorted = members.toSorted(([a], [b]) => compareKeys(a as Term, b as Term));
  return sorted.filter(([key], index) => {
    const next = sorted[index + 1]?.[0];
    return next === undefined || compareKeys(key as Term, next) !== 0;
  });
}

/** The order of scalars and names; that of other terms OPA has, and we have not. */
function compareKeys(a: Term, b: Term): number {
  if (a.kind === 'scalar' && b.kind === 'scalar') return compareValues(a.value, b.value);
  if (a.kind === 'var' && b.kind === 'var') return compareStrings(a.name, b.name);
  if (a.kind === 'scalar' && b.kind === 'var') return -1;
  if (a.kind === 'var' && b.kind === 'scalar') return 1;
  throw new UnsaidError('a set or an object with several keys that are no scalars');
}
