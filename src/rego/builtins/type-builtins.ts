/** Types: what a value is, and values made of others. */
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { Builtin, OperandType } from '../model/builtin.ts';
import { isRegoNumber, parseRegoNumber } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { RegoSet, isArrayValue, typeOf } from '../model/value.ts';
import type { TypeName, Value } from '../model/value.ts';
import { quoteGo } from './go-quote.ts';

const TYPES: readonly TypeName[] = [
  'number',
  'string',
  'boolean',
  'array',
  'set',
  'object',
  'null',
];

/** `is_…`, `type_name`, `to_number` and the old casts. */
export const typeBuiltins: readonly Builtin[] = [
  ...TYPES.map((type): Builtin => ({
    name: `is_${type}`,
    args: ['any'],
    result: 'boolean',
    call: ([value]) => typeOf(value) === type,
  })),
  { name: 'type_name', args: ['any'], result: 'string', call: ([value]) => typeOf(value) },
  {
    name: 'to_number',
    args: [['null', 'boolean', 'number', 'string']],
    result: 'number',
    call: ([value]) => toNumber(value as Value),
  },
  cast('cast_array', 'array', (value) =>
    value instanceof RegoSet ? value.values : only(value, 'array', LIST),
  ),
  cast('cast_set', 'set', (value) =>
    isArrayValue(value) ? RegoSet.of(value) : only(value, 'set', LIST),
  ),
  cast('cast_string', 'string', (value) => only(value, 'string')),
  cast('cast_boolean', 'boolean', (value) => only(value, 'boolean')),
  cast('cast_null', 'null', (value) => only(value, 'null')),
  cast('cast_object', 'object', (value) => only(value, 'object')),
];

function cast(name: string, result: OperandType, convert: (value: Value) => Value): Builtin {
  return { name, args: ['any'], result, call: ([value]) => convert(value as Value) };
}

const LIST = 'one of {array, set}';

function only(value: Value, type: TypeName, wanted: string = type): Value {
  if (typeOf(value) === type) return value;
  throw operandFailure(1, `must be ${wanted} but got ${typeOf(value)}`);
}

const NO_NUMBER = /^[+-]*(inf|infinity|nan)$/i;
/** Decimal texts that Go's ParseFloat reads and JSON does not write: `+1`, `.5`, `1.`. */
const LOOSE_DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?([eE][+-]?\d+)?$/;

function toNumber(value: Value): RegoNumber {
  if (value === null || value === false) return 0;
  if (value === true) return 1;
  if (isRegoNumber(value)) return value;
  const text = value as string;
  if (NO_NUMBER.test(text)) throw operandFailure(1, 'must be valid number string but got string');
  return looseNumber(text);
}

function looseNumber(text: string): RegoNumber {
  const [, sign, whole, fraction, power = ''] = LOOSE_DECIMAL.exec(text) ?? [];
  if (!whole && !fraction) throw unreadable(text, 'invalid syntax');
  const written = `${sign === '-' ? sign : ''}${whole || '0'}.${fraction || '0'}${power}`;
  const number = Number.isFinite(Number(written)) ? parseRegoNumber(written) : undefined;
  if (number === undefined) throw unreadable(text, 'value out of range');
  return number;
}

function unreadable(text: string, problem: string): BuiltinFailure {
  return new BuiltinFailure(`strconv.ParseFloat: parsing ${quoteGo(text)}: ${problem}`);
}
