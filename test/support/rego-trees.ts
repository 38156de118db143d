/** Arbitrary trees of Rego, without places, and trees compared without them. */
import fc from 'fast-check';
import type {
  Body,
  ElseBranch,
  Module,
  RefTerm,
  Rule,
  Statement,
  Term,
  VarTerm,
  WithModifier,
} from '../../src/rego/syntax/syntax.ts';

const at = { file: '', line: 1, column: 1 };

const name = fc.constantFrom('a', 'b', 'x1', '_y', 'input', 'data', 'ifs');
const variable: fc.Arbitrary<VarTerm> = name.map((text) => ({ kind: 'var', name: text, at }));
const wildcard: fc.Arbitrary<VarTerm> = fc.constant({ kind: 'var', name: '$0', at });
const scalar: fc.Arbitrary<Term> = fc
  .oneof(
    fc.constantFrom(null, true, false, 0, -1, 1.5, 12345678901234567890n),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('if', 'a b', 'x', '"', '\\', '{', '\n', '😀'),
  )
  .map((value) => ({ kind: 'scalar', value, at }));

const operator = fc.oneof(
  fc.constantFrom(['f'], ['lib', 'f'], ['data', 'a', 'if']),
  fc
    .constantFrom('equal', 'lt', 'gte', 'or', 'and', 'plus', 'minus', 'mul', 'rem')
    .map((one) => [one]),
  fc.constant(['internal', 'member_2']),
  fc.constant(['internal', 'member_3']),
);
const ARITY: Readonly<Record<string, number>> = {
  f: -1,
  'lib.f': -1,
  'data.a.if': -1,
  'internal.member_3': 3,
};

/** What a tree is made of. */
interface Trees {
  readonly term: Term;
  readonly statement: Statement;
  readonly ref: RefTerm;
}
type Tie = fc.LetrecTypedTie<Trees>;

const trees = fc.letrec<Trees>((tie) => ({
  ref: refs(tie),
  statement: statements(tie),
  term: terms(tie),
}));

function refs(tie: Tie): fc.Arbitrary<RefTerm> {
  return fc
    .tuple(variable, fc.array(tie('term'), { minLength: 1, maxLength: 3 }))
    .map(([head, path]) => ({ kind: 'ref', head, path, at }));
}

function bodiesOf(tie: Tie): fc.Arbitrary<Body> {
  return fc.array(tie('statement'), { minLength: 1, maxLength: 3 });
}

function modifiersOf(tie: Tie): fc.Arbitrary<readonly WithModifier[]> {
  const target = fc.oneof(variable, tie('ref'));
  const modifier = fc.record({ target, value: tie('term'), at: fc.constant(at) });
  return fc.array(modifier, { maxLength: 2 });
}

function keyOf<T extends Term>(key: T | undefined): { readonly key?: T } {
  return key === undefined ? {} : { key };
}

function statements(tie: Tie): fc.Arbitrary<Statement> {
  const [term, used] = [tie('term'), modifiersOf(tie)];
  const equations = fc.tuple(fc.constantFrom('eq', 'assign'), term, term).map(equation);
  return fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('term' as const),
      term: fc.oneof(term, equations),
      negated: fc.boolean(),
      with: used,
      at: fc.constant(at),
    }),
    fc
      .array(variable, { minLength: 1, maxLength: 2 })
      .map((vars) => ({ kind: 'some' as const, vars, at })),
    fc
      .tuple(fc.option(term, { nil: undefined }), term, term, used)
      .map(([key, value, domain, modifiers]) => ({
        kind: 'some-in' as const,
        ...keyOf(key),
        value,
        domain,
        with: modifiers,
        at,
      })),
    fc
      .tuple(fc.option(variable, { nil: undefined }), variable, term, bodiesOf(tie), used)
      .map(([key, value, domain, body, modifiers]) => ({
        kind: 'every' as const,
        ...keyOf(key),
        value,
        domain,
        body,
        with: modifiers,
        at,
      })),
  );
}

function terms(tie: Tie): fc.Arbitrary<Term> {
  const term = tie('term');
  const items = fc.array(term, { maxLength: 3 });
  return fc.oneof(
    { maxDepth: 3 },
    fc.oneof(scalar, variable, wildcard),
    tie('ref'),
    fc
      .tuple(fc.constantFrom('array' as const, 'set' as const), items)
      .map(([kind, list]) => ({ kind, items: list, at })),
    fc
      .array(fc.tuple(term, term), { maxLength: 3 })
      .map((entries) => ({ kind: 'object' as const, entries, at })),
    comprehensions(tie),
    fc
      .tuple(operator, fc.array(term, { minLength: 3, maxLength: 3 }))
      .map(([path, args]) => call(path, args)),
    fc
      .tuple(fc.constantFrom('a', '{"', '\\{'), term, modifiersOf(tie))
      .map(([text, inside, used]) => template(text, inside, used)),
  );
}

function comprehensions(tie: Tie): fc.Arbitrary<Term> {
  const [term, body] = [tie('term'), bodiesOf(tie)];
  const kind = 'comprehension' as const;
  return fc.oneof(
    fc
      .tuple(fc.constantFrom('array' as const, 'set' as const), term, body)
      .map(([of, value, inside]) => ({ kind, of, value, body: inside, at })),
    fc.tuple(term, term, body).map(([key, value, inside]) => ({
      kind,
      of: 'object' as const,
      key,
      value,
      body: inside,
      at,
    })),
  );
}

function call(path: readonly string[], args: readonly Term[]): Term {
  return { kind: 'call', operator: path, args: args.slice(0, ARITY[path.join('.')] ?? 2), at };
}

function template(text: string, term: Term, used: readonly WithModifier[]): Term {
  const inside = { kind: 'term', term, negated: false, with: used, at } as const;
  return { kind: 'template', parts: [text, inside], at };
}

function equation([sign, left, right]: readonly [string, Term, Term]): Term {
  return { kind: 'call', operator: [sign], args: [left, right], at };
}

const bodies = fc.array(trees.statement, { minLength: 1, maxLength: 3 }) as fc.Arbitrary<Body>;
const heads = fc.constantFrom<RefTerm['path'][]>(
  [],
  [{ kind: 'scalar', value: 'q', at }],
  [
    { kind: 'scalar', value: 'r s', at },
    { kind: 'scalar', value: 'if', at },
  ],
);

const rule: fc.Arbitrary<Rule> = fc
  .record({
    kind: fc.constantFrom('value' as const, 'contains' as const),
    path: heads,
    args: fc.option(fc.array(trees.term, { minLength: 1, maxLength: 2 }), { nil: undefined }),
    value: trees.term,
    body: bodies,
    otherwise: fc.array(
      fc.record<ElseBranch>({ value: trees.term, body: bodies, at: fc.constant(at) }),
      {
        maxLength: 2,
      },
    ),
  })
  .map(({ kind, path, args, value, body, otherwise }) => {
    const head: VarTerm = { kind: 'var', name: 'p', at };
    const ref = path.length === 0 ? head : ({ kind: 'ref', head, path, at } as const);
    const isFunction = kind === 'value' && args !== undefined;
    const base = { kind, ref, value, isDefault: false, body, annotations: [], at };
    const branches = kind === 'value' ? otherwise : [];
    return { ...base, ...(isFunction ? { args } : {}), otherwise: branches };
  });

/** A module of v1. */
export const regoTree: fc.Arbitrary<Module> = fc.array(rule, { maxLength: 3 }).map((rules) => ({
  file: 'f.rego',
  package: ['a', 'b'],
  packageAt: at,
  imports: [{ path: ['data', 'x'], alias: 'y', at }],
  rules,
  annotations: [],
  version: 'v1',
}));

/** Members that say where something stands, and how it was written. */
const LEFT_OUT: ReadonlySet<string> = new Set(['at', 'packageAt', 'written', 'isAssigned']);

/** A tree without places, and with one name for all wildcards. */
export function withoutPlaces(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(withoutPlaces);
  if (typeof tree !== 'object' || tree === null) return tree;
  if (![Object.prototype, null].includes(Object.getPrototypeOf(tree) as null)) return tree;
  const members = Object.entries(tree).filter(([key]) => !LEFT_OUT.has(key));
  return Object.fromEntries(
    members.map(([key, value]) => {
      const isWildcard = key === 'name' && typeof value === 'string' && value.startsWith('$');
      return [key, isWildcard ? '$' : withoutPlaces(value)];
    }),
  );
}
