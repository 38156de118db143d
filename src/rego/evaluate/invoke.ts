/** Calling: builtins with their operands checked, functions of the policy, and what mocks them. */
import { BuiltinFailure, type Builtin, type OperandType } from '../model/builtin.ts';
import { type Callee, calleeName } from '../compile/core.ts';
import { type Place, RegoError } from '../model/rego-error.ts';
import type { State, FunctionDocument } from './state.ts';
import { type Value, typeOf } from '../model/value.ts';
import { countLongText } from '../model/value-work.ts';

/** Calls with operands that all have values. */
export type Call = (state: State, args: readonly Value[], at: Place) => Value | undefined;

/** What calls a function; one that `with` replaces is looked for at each call. */
export function callerOf(
  callee: Callee,
  functionAt: (path: readonly string[]) => FunctionDocument | undefined,
): Call {
  const direct = directCaller(callee, functionAt);
  const name = calleeName(callee);
  return (state, args, at) => {
    const mock = state.mocks?.get(name);
    if (mock === undefined) return direct(state, args, at);
    if (mock.kind === 'value') return mock.value;
    const caller = directCaller(mock.callee, functionAt);
    return caller(state.change({ mocks: undefined }), args, at);
  };
}

function directCaller(
  callee: Callee,
  functionAt: (path: readonly string[]) => FunctionDocument | undefined,
): Call {
  if (callee.kind === 'builtin') {
    const { builtin } = callee;
    return (state, args, at) => callBuiltin(state, { builtin, args, at });
  }
  let found: FunctionDocument | undefined;
  return (state, args) => {
    found ??= functionAt(callee.path);
    return found?.call(state, args);
  };
}

interface BuiltinCall {
  readonly builtin: Builtin;
  readonly args: readonly Value[];
  readonly at: Place;
}

function callBuiltin(state: State, { builtin, args, at }: BuiltinCall): Value | undefined {
  const { context, meter, isStrict } = state.run;
  meter.spend(1, at);
  context.at = at;
  try {
    checkOperands(builtin, args);
    for (const arg of args) if (typeof arg === 'string') countLongText(arg);
    return builtin.call(args, context);
  } catch (error) {
    if (!(error instanceof BuiltinFailure)) throw error;
    if (!isStrict) return undefined;
    throw new RegoError(error.code, `${builtin.name}: ${error.message}`, { at });
  }
}

function checkOperands(builtin: Builtin, args: readonly Value[]): void {
  const wanted = builtin.args;
  for (let index = 0; index < wanted.length; index += 1) {
    const type = wanted[index];
    if (type === 'any' || type === undefined) continue;
    const found = typeOf(args[index] as Value);
    if (found === type || (typeof type !== 'string' && type.includes(found))) continue;
    throw operandTypeFailure(index + 1, type, found);
  }
}

function operandTypeFailure(position: number, wanted: OperandType, found: string): BuiltinFailure {
  const types = typeof wanted === 'string' ? wanted : `one of {${wanted.join(', ')}}`;
  const message = `operand ${position} must be ${types} but got ${found}`;
  return new BuiltinFailure(message, 'eval_type_error');
}
