/** Calls: what is called, with how many operands, and of which types where that is plain to see. */
import type { Builtin, OperandType } from './builtin.ts';
import type { CallLiteral, Callee, Core } from './core.ts';
import { complain, type Lowering, pathKey } from './lowering.ts';
import type { Place } from './rego-error.ts';
import type { CallTerm } from './syntax.ts';
import { typeOf } from './value.ts';

/** The literal of a call; undefined, with an error noted, where there is no such function. */
export function lowerCall(
  lowering: Lowering,
  term: CallTerm,
  operands: { readonly args: readonly Core[]; readonly out: Core | undefined },
): CallLiteral | undefined {
  const callee = findCallee(lowering, term.operator);
  if (callee === undefined) {
    const message = `undefined function ${term.operator.join('.')}`;
    complain(lowering, 'rego_type_error', { message, at: term.at });
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
  const [first = '', ...rest] = operator;
  const path = first === 'data' ? rest : globalPath(lowering, first, rest);
  if (path && lowering.functions.arities.has(pathKey(path))) return { kind: 'function', path };
  const builtin = lowering.functions.builtins.get(operator.join('.'));
  return builtin && { kind: 'builtin', builtin };
}

function globalPath(
  lowering: Lowering,
  first: string,
  rest: readonly string[],
): readonly string[] | undefined {
  const global = lowering.names.globals.get(first);
  return global?.[0] === 'data' ? [...global.slice(1), ...rest] : undefined;
}

function checkCall(lowering: Lowering, literal: CallLiteral, name: string): void {
  const arity = arityOf(lowering, literal.callee);
  const got = literal.args.length;
  if (got !== arity) {
    const noun = got === 1 ? 'argument' : 'arguments';
    const message = `function ${name} has arity ${arity}, got ${got} ${noun}`;
    complain(lowering, 'rego_type_error', { message, at: literal.at });
    return;
  }
  if (literal.callee.kind === 'builtin') checkTypes(lowering, literal.callee.builtin, literal);
}

/** Refuses operands that are constants of a wrong type. */
function checkTypes(
  lowering: Lowering,
  builtin: Builtin,
  call: { readonly args: readonly Core[]; readonly at: Place },
): void {
  const types = call.args.map(plainType);
  const fits = types.every(
    (type, index) => type === undefined || admits(builtin.args[index], type),
  );
  if (fits) return;
  const message = `${builtin.name}: invalid argument(s)`;
  complain(lowering, 'rego_type_error', { message, at: call.at });
}

function plainType(node: Core): string | undefined {
  switch (node.kind) {
    case 'const':
      return typeOf(node.value);
    case 'array':
    case 'set':
    case 'object':
      return node.kind;
    case 'comprehension':
      return node.of;
    case 'template':
      return 'string';
    default:
      return undefined;
  }
}

function admits(wanted: OperandType | undefined, type: string): boolean {
  if (wanted === undefined || wanted === 'any') return true;
  return typeof wanted === 'string'
    ? wanted === type
    : (wanted as readonly string[]).includes(type);
}
