/** Statements and bodies: sugar becomes unification, calls and closures, in OPA's order. */
import type { Builtin } from '../model/builtin.ts';
import type { Core, Literal, LocalNode } from './core.ts';
import { lowerCall } from './lower-call.ts';
import { declarePattern, declareVar } from './lower-pattern.ts';
import { collect, lowerTerm, lowerTerms, settled } from './lower-term.ts';
import { lowerWith } from './lower-with.ts';
import { assignTo, complain, type Lowering, makeLocal, type Tail } from './lowering.ts';
import type {
  Body,
  CallTerm,
  EveryStatement,
  SomeInStatement,
  Statement,
  Term,
  TermStatement,
} from '../syntax/syntax.ts';

/** `print`: its operands are sets, empty where an operand is undefined. */
export const PRINT: Builtin = {
  name: 'print',
  args: [],
  result: 'boolean',
  call: () => true,
};

/** Lowers a body in a scope of its own; `tail` adds what is read once it holds. */
export function lowerBody(lowering: Lowering, body: Body, tail?: Tail): readonly Literal[] {
  const { out, with: outer } = lowering;
  const own: Literal[] = [];
  lowering.out = own;
  lowering.scope.enter();
  for (const statement of body) lowerStatement(lowering, statement);
  lowering.with = [];
  tail?.(lowering);
  refuseUnused(lowering);
  lowering.scope.leave();
  lowering.out = out;
  lowering.with = outer;
  return own;
}

/** What is declared must be used; in strict mode what is assigned too. */
function refuseUnused(lowering: Lowering): void {
  for (const sort of lowering.isStrict ? (['declared', 'assigned'] as const) : DECLARED) {
    for (const { name, at } of lowering.scope.unused(sort)) {
      const message = `${sort} var ${name} unused`;
      complain(lowering, 'rego_compile_error', { message, at });
    }
  }
}

const DECLARED = ['declared'] as const;

function lowerStatement(lowering: Lowering, statement: Statement): void {
  lowering.with = [];
  switch (statement.kind) {
    case 'some':
      for (const variable of statement.vars) declareVar(lowering, variable, 'declared');
      return;
    case 'some-in':
      lowerSomeIn(lowering, statement);
      return;
    case 'every':
      lowerEvery(lowering, statement);
      return;
    case 'term':
      lowering.with = lowerWith(lowering, statement.with);
      if (statement.negated) lowerNot(lowering, statement);
      else lowerExpression(lowering, statement.term);
  }
}

/** A statement that is a term: operators at its top are no calls. */
function lowerExpression(lowering: Lowering, term: Term): void {
  if (term.kind !== 'call') {
    lowerTruth(lowering, term);
    return;
  }
  const [left, right] = term.args;
  const operator = term.operator.join('.');
  const lower = OPERATORS[operator];
  if (lower && left && right) lower(lowering, term, [left, right]);
  else if (operator === 'print') lowerPrint(lowering, term);
  else lowerPlainCall(lowering, term);
}

function lowerTruth(lowering: Lowering, term: Term): void {
  const { with: modifiers, out } = lowering;
  const node = lowerTerm(lowering, term);
  if (node.kind === 'const' && node.value !== false) return;
  out.push({ kind: 'truth', term: node, with: modifiers, at: term.at });
}

type Pair = readonly [Term, Term];
type LowerPair = (lowering: Lowering, term: CallTerm, pair: Pair) => void;

const OPERATORS: Readonly<Partial<Record<string, LowerPair>>> = {
  assign: lowerAssign,
  eq: lowerUnify,
  equal: lowerTest,
};

function lowerPlainCall(lowering: Lowering, term: CallTerm): void {
  if (term.operator.join('.').startsWith('rego.metadata.')) {
    const node = lowerTerm(lowering, term);
    lowering.out.push({ kind: 'truth', term: node, with: [], at: term.at });
    return;
  }
  const args = lowerTerms(lowering, term.args);
  const literal = lowerCall(lowering, term, { args, out: undefined });
  if (literal !== undefined) lowering.out.push(literal);
}

function lowerAssign(lowering: Lowering, term: CallTerm, [left, right]: Pair): void {
  if (right.kind === 'call' && isPlain(right)) {
    const args = lowerTerms(lowering, right.args);
    const out = declarePattern(lowering, left, 'assigned');
    const literal = lowerCall(lowering, right, { args, out });
    if (literal !== undefined) lowering.out.push(literal);
    return;
  }
  const value = lowerTerm(lowering, right);
  const pattern = declarePattern(lowering, left, 'assigned');
  pushUnify(lowering, term, [pattern, value]);
}

function lowerUnify(lowering: Lowering, term: CallTerm, [left, right]: Pair): void {
  const [call, other] = isPlain(left) ? [left, right] : [right, left];
  if (call.kind === 'call' && isPlain(call) && other.kind !== 'call') {
    const args = lowerTerms(lowering, call.args);
    const out = lowerTerm(lowering, other);
    const literal = lowerCall(lowering, call, { args, out });
    if (literal !== undefined) lowering.out.push(literal);
    return;
  }
  pushUnify(lowering, term, [lowerTerm(lowering, left), lowerTerm(lowering, right)]);
}

/** A call that stays one: the compiler knows nothing better. */
function isPlain(term: Term): boolean {
  return term.kind === 'call' && !term.operator.join('.').startsWith('rego.metadata.');
}

function lowerTest(lowering: Lowering, term: CallTerm): void {
  const [left, right] = lowerTerms(lowering, term.args);
  if (left && right) pushUnify(lowering, term, [left, right, true]);
}

function pushUnify(
  lowering: Lowering,
  term: CallTerm,
  [left, right, isTest = false]: readonly [Core, Core, boolean?],
): void {
  lowering.out.push({
    kind: 'unify',
    left,
    right,
    isTest,
    with: lowering.with,
    at: term.at,
  });
}

function lowerPrint(lowering: Lowering, term: CallTerm): void {
  const modifiers = lowering.with;
  const args = term.args.map((arg) => collect(lowering, arg));
  lowering.out.push({
    kind: 'call',
    callee: { kind: 'builtin', builtin: PRINT },
    args,
    out: undefined,
    with: modifiers,
    at: term.at,
  });
}

/** What a negated statement calls inside is evaluated before it, and not negated, as in OPA. */
function lowerNot(lowering: Lowering, statement: TermStatement): void {
  const { out } = lowering;
  if (statement.term.kind === 'call' && statement.term.operator.join('.') === 'assign') {
    const message = 'cannot assign vars inside negated expression';
    complain(lowering, 'rego_compile_error', { message, at: statement.at });
  }
  lowering.out = [];
  lowerExpression(lowering, statement.term);
  const written = lowering.out;
  lowering.out = [];
  const main = written.pop();
  const body = main && main.kind === 'call' ? [liftOperands(lowering, main)] : main ? [main] : [];
  const before = [...written, ...lowering.out];
  lowering.out = out;
  const all = lowering.names.negatesAll;
  out.push({
    kind: 'not',
    before: all ? [] : before,
    body: all ? [...before, ...body] : body,
    with: [],
    at: statement.at,
  });
}

function liftOperands(lowering: Lowering, call: Literal & { kind: 'call' }): Literal {
  const args = call.args.map((arg) =>
    arg.kind === 'ref' || (arg.kind === 'comprehension' && call.callee.kind !== 'builtin')
      ? assignTo(lowering, arg, call.at)
      : arg,
  );
  return { ...call, args };
}

function lowerSomeIn(lowering: Lowering, statement: SomeInStatement): void {
  lowering.with = lowerWith(lowering, statement.with);
  const { at } = statement;
  const domain = lowerTerm(lowering, statement.domain);
  const key: Core = statement.key
    ? declarePattern(lowering, statement.key, 'declared')
    : { kind: 'local', local: makeLocal(lowering, at) };
  const value = declarePattern(lowering, statement.value, 'declared');
  for (const node of [key, value]) markUsed(lowering, node);
  const left: Core =
    domain.kind === 'ref'
      ? { ...domain, path: [...domain.path, key] }
      : { kind: 'ref', head: domain, path: [key], at };
  lowering.out.push({ kind: 'unify', left, right: value, isTest: false, with: lowering.with, at });
}

/** A variable that the statement itself declares counts as used. */
function markUsed(lowering: Lowering, node: Core): void {
  if (node.kind === 'local') lowering.scope.find(node.local.name);
  if (node.kind === 'array') for (const item of node.items) markUsed(lowering, item);
  if (node.kind === 'object') {
    for (const [key, value] of node.entries) {
      markUsed(lowering, key);
      markUsed(lowering, value);
    }
  }
}

function lowerEvery(lowering: Lowering, statement: EveryStatement): void {
  const modifiers = lowerWith(lowering, statement.with);
  lowering.with = modifiers;
  const domain = settled(lowering, lowerTerm(lowering, statement.domain), statement.at);
  lowering.scope.enter();
  const key = statement.key && (declareVar(lowering, statement.key, 'declared') as LocalNode).local;
  const value = (declareVar(lowering, statement.value, 'declared') as LocalNode).local;
  const body = lowerBody(lowering, statement.body);
  refuseUnused(lowering);
  lowering.scope.leave();
  lowering.out.push({
    kind: 'every',
    key,
    value,
    domain,
    body,
    with: modifiers,
    at: statement.at,
  });
}
