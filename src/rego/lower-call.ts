/** Calls: what is called, with how many operands, and of which types where that is plain to see. */
import type { Builtin, OperandType } from './builtin.ts';
import { type CallLiteral, type Callee, calleeName, type Core } from './core.ts';
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
  const { callee, at } = literal;
  const arity = arityOf(lowering, callee);
  const got = literal.args.length;
  if (callee.kind === 'builtin') {
    checkBuiltinCall(lowering, callee.builtin, literal);
  } else if (got !== arity) {
    const noun = got === 1 ? 'argument' : 'arguments';
    const message = `function ${calleeName(callee)} has arity ${arity}, got ${got} ${noun}`;
    complain(lowering, 'rego_type_error', { message, at });
  }
  if (lowering.names.version === 'v1' && callee.kind === 'builtin' && DEPRECATED.has(name)) {
    const message = `deprecated built-in function calls in expression: ${name}`;
    complain(lowering, 'rego_type_error', { message, at });
  }
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

/** Refuses a wrong number of operands, and operands whose plain type is wrong. */
function checkBuiltinCall(
  lowering: Lowering,
  builtin: Builtin,
  call: { readonly args: readonly Core[]; readonly at: Place },
): void {
  const types = call.args.map(plainType);
  const isLength = types.length === builtin.args.length;
  const fits = types.every(
    (type, index) => type === undefined || admits(builtin.args[index], type),
  );
  if (isLength && fits) return;
  const problem = isLength ? 'invalid argument(s)' : 'arity mismatch';
  const have = types.map((type) => type ?? 'any').join(', ');
  const want = builtin.args.map(typeText).join(', ');
  const message = `${builtin.name}: ${problem}\n\thave: (${have})\n\twant: (${want})`;
  complain(lowering, 'rego_type_error', { message, at: call.at });
}

function typeText(type: OperandType): string {
  if (typeof type === 'string') return type;
  return `any<${type.join(', ')}>`;
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
