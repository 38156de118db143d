/** Types: what a value is, and values made of others. */
import { BuiltinFailure, operandFailure } from '../builtin.ts';
import type { Builtin, OperandType } from '../builtin.ts';
import { isRegoNumber, parseRegoNumber } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import { RegoSet, isArrayValue, typeOf } from '../value.ts';
import type { TypeName, Value } from '../value.ts';

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
    value instanceof RegoSet ? value.values : only(value, 'array'),
  ),
  cast('cast_set', 'set', (value) =>
    isArrayValue(value) ? RegoSet.of(value) : only(value, 'set'),
  ),
  cast('cast_string', 'string', (value) => only(value, 'string')),
  cast('cast_boolean', 'boolean', (value) => only(value, 'boolean')),
  cast('cast_null', 'null', (value) => only(value, 'null')),
  cast('cast_object', 'object', (value) => only(value, 'object')),
];

function cast(name: string, result: OperandType, convert: (value: Value) => Value): Builtin {
  return { name, args: ['any'], result, call: ([value]) => convert(value as Value) };
}

function only(value: Value, type: TypeName): Value {
  if (typeOf(value) === type) return value;
  throw operandFailure(1, `must be ${type} but got ${typeOf(value)}`);
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
  const number = parseLooseNumber(text);
  if (number !== undefined) return number;
  throw new BuiltinFailure(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`);
}

function parseLooseNumber(text: string): RegoNumber | undefined {
  const found = LOOSE_DECIMAL.exec(text);
  const [, sign, whole, fraction, power = ''] = found ?? [];
  if (!whole && !fraction) return undefined;
  return parseRegoNumber(`${sign === '-' ? sign : ''}${whole || '0'}.${fraction || '0'}${power}`);
}
