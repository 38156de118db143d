/** How templates compare: basic values of one kind only, as Go's `eq` and `lt` do. */
import { BuiltinFailure } from '../model/builtin.ts';
import { compareStrings } from '../model/value.ts';
import { typeNameOf } from './template-values.ts';
import type { TemplateValue } from './template-values.ts';

type BasicValue = Exclude<TemplateValue, { readonly type: 'none' | 'array' | 'map' }>;

/** Tells whether two values are equal; what is missing equals nothing but what is missing. */
export function equalTemplateValues(a: TemplateValue, b: TemplateValue): boolean {
  if (a.type === 'none' || b.type === 'none') return a.type === b.type;
  if (!isBasic(a)) throw failure(`non-comparable type ${typeNameOf(a)}`);
  if (!isBasic(b)) throw failure(`non-comparable type ${typeNameOf(b)}`);
  if (kindOf(a) !== kindOf(b)) throw failure('incompatible types for comparison');
  return a.value === b.value;
}

/** The order of two values: negative, 0 or positive. */
export function compareTemplateValues(a: TemplateValue, b: TemplateValue): number {
  if (!isBasic(a) || !isBasic(b) || a.type === 'bool') {
    throw failure('invalid type for comparison');
  }
  if (kindOf(a) !== kindOf(b)) throw failure('incompatible types for comparison');
  if (typeof a.value === 'string') return compareStrings(a.value, b.value as string);
  const [x, y] = [a.value, b.value as number | bigint];
  return x < y ? -1 : x > y ? 1 : 0;
}

function isBasic(value: TemplateValue): value is BasicValue {
  return 'value' in value;
}

/** A number of the object is a text for Go. */
function kindOf({ type }: BasicValue): string {
  return type === 'json.Number' ? 'string' : type;
}

function failure(problem: string): BuiltinFailure {
  return new BuiltinFailure(`error calling comparison: ${problem}`);
}
