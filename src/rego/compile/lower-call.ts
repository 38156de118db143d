/** Calls: what is called, with how many operands, and of which types where that is plain to see. */
import { type CallLiteral, type Callee, calleeName, type Core } from './core.ts';
import type { Stage } from './compile-stages.ts';
import { INFIX } from '../syntax/infix-operators.ts';
import { complain, type Lowering, pathKey } from './lowering.ts';
import type { CallTerm } from '../syntax/syntax.ts';
import { argumentText, signatureOf } from './types/signature.ts';
import { typeOfTerm } from './types/type-of-term.ts';
import { TypeScope } from './types/type-scope.ts';
import { typeNode } from './types/type-tree.ts';

/** The literal of a call; undefined, with an error noted, where there is no such function. */
export function lowerCall(
  lowering: Lowering,
  term: CallTerm,
  operands: { readonly args: readonly Core[]; readonly out: Core | undefined },
): CallLiteral | undefined {
  refuseShadowed(lowering, term);
  const callee = findCallee(lowering, term.operator);
  if (callee === undefined) {
    const [message, stage] = missingText(lowering, term);
    complain(lowering, 'rego_type_error', { message, at: term.at, stage });
    return undefined;
  }
  if (callee.kind === 'function') lowering.uses.push({ path: callee.path, at: term.at });
  const literal: CallLiteral = {
    kind: 'call',
    callee,
    ...splitOut(lowering, callee, operands),
    with: lowering.with,
    at: term.at,
  };
  checkCall(lowering, literal, term.operator.join('.'));
  return literal;
}

const INFIX_NAMES: ReadonlySet<string> = new Set(
  [...INFIX.values()].map(({ operator }) => operator.join('.')),
);

/** A variable cannot be called. */
function refuseShadowed(lowering: Lowering, { operator, at }: CallTerm): void {
  const name = operator.join('.');
  if (INFIX_NAMES.has(name) || !lowering.scope.isDeclared(operator[0] ?? '')) return;
  const message = `called function ${name} shadowed`;
  complain(lowering, 'rego_compile_error', { message, at });
}

/** What is said of a function that is none; `print` is one only as a statement. */
function missingText(lowering: Lowering, { operator, args }: CallTerm): readonly [string, Stage] {
  const name = pathOf(lowering, operator).join('.');
  if (name !== 'print') return [`undefined function ${name}`, 'functions'];
  return [`print(${args.length === 0 ? '' : '…'}) used as value`, 'values'];
}

/** `f(x, y)` of a function with one argument is `f(x) = y`. */
function splitOut(
  lowering: Lowering,
  callee: Callee,
  { args, out }: { readonly args: readonly Core[]; readonly out: Core | undefined },
): { readonly args: readonly Core[]; readonly out: Core | undefined } {
  const arity = arityOf(lowering, callee);
  if (out !== undefined || args.length !== arity + 1) return { args, out };
  return { args: args.slice(0, arity), out: args[arity] };
}

/** How many arguments a function takes. */
export function arityOf(lowering: Lowering, callee: Callee): number {
  if (callee.kind === 'builtin') return callee.builtin.args.length;
  return lowering.functions.arities.get(pathKey(callee.path)) ?? 0;
}

/** The function that an operator names: one of the policy first, then a builtin. */
export function findCallee(lowering: Lowering, operator: readonly string[]): Callee | undefined {
  const names = pathOf(lowering, operator);
  const [root, ...path] = names;
  const isFunction = root === 'data' && lowering.functions.arities.has(pathKey(path));
  if (isFunction) return { kind: 'function', path };
  const builtin = lowering.functions.builtins.get(names.join('.'));
  return builtin && { kind: 'builtin', builtin };
}

/** What an operator names: rules and imports stand before builtins, but not before signs. */
function pathOf({ names }: Lowering, operator: readonly string[]): readonly string[] {
  if (INFIX_NAMES.has(operator.join('.'))) return operator;
  const [first = '', ...rest] = operator;
  return [...(names.globals.get(first) ?? [first]), ...rest];
}

function checkCall(lowering: Lowering, literal: CallLiteral, name: string): void {
  const { callee, at } = literal;
  if (literal.args.length !== arityOf(lowering, callee)) {
    const message = arityText(lowering, literal);
    complain(lowering, 'rego_type_error', { message, at, stage: 'functions' });
  }
  const isClose = lowering.isStrict || lowering.names.version === 'v1';
  if (isClose && callee.kind === 'builtin' && DEPRECATED.has(name)) {
    const message = `deprecated built-in function calls in expression: ${name}`;
    complain(lowering, 'rego_type_error', { message, at, stage: 'deprecated' });
  }
}

/** What is said of a wrong number of operands. */
function arityText(lowering: Lowering, { callee, args }: CallLiteral): string {
  if (callee.kind === 'function') {
    const noun = args.length === 1 ? 'argument' : 'arguments';
    const arity = arityOf(lowering, callee);
    return `function ${calleeName(callee)} has arity ${arity}, got ${args.length} ${noun}`;
  }
  const nothing = { rules: typeNode(), scope: new TypeScope(), closures: new Map() };
  const have = args.map((arg) => typeOfTerm(nothing, arg));
  const want = signatureOf(callee.builtin).args;
  return argumentText(callee.builtin.name, 'arity mismatch', { have, want });
}

/** What v1 has no more. */
const DEPRECATED: ReadonlySet<string> = new Set([
  'all',
  'any',
  'cast_array',
  'cast_boolean',
  'cast_null',
  'cast_object',
  'cast_set',
  'cast_string',
  'net.cidr_overlap',
  're_match',
  'set_diff',
]);
