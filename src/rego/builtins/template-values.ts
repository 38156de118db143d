/**
 * The values that a template works on, as Go's templates see them once OPA has decoded an object:
 * numbers of the object are texts (`json.Number`), numbers of the template and of functions are
 * real ones, and null is as good as missing.
 */
import { formatRegoNumber, isRegoNumber } from '../model/number.ts';
import { RegoSet, formatValue, isArrayValue, sizeOf, sortedPairs } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { STEPS_PER_PART, countWork } from '../model/value-work.ts';
import { formatGoFloat } from './go-float.ts';

/** A value in a template. */
export type TemplateValue =
  | { readonly type: 'none' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'float64'; readonly value: number }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'json.Number'; readonly value: string }
  | { readonly type: 'array'; readonly items: readonly Value[] }
  | { readonly type: 'map'; readonly object: ObjectValue };

/** What is missing, and null. */
export const NOTHING: TemplateValue = { type: 'none' };

/** A value of Rego in a template; a set is the array of its members. */
export function templateValue(value: Value | undefined): TemplateValue {
  if (value === undefined || value === null) return NOTHING;
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'string') return { type: 'string', value };
  if (isRegoNumber(value)) return { type: 'json.Number', value: formatRegoNumber(value) };
  if (value instanceof RegoSet) return { type: 'array', items: value.values };
  return isArrayValue(value) ? { type: 'array', items: value } : { type: 'map', object: value };
}

/** The pairs of a map in the order of their keys, which are texts. */
export function mapPairs(object: ObjectValue): readonly (readonly [string, Value])[] {
  return sortedPairs(object).map(([key, value]) => [
    typeof key === 'string' ? key : formatValue(key),
    value,
  ]);
}

/** Tells whether `if` takes a value for true: it is neither zero nor empty. */
export function isTrue(value: TemplateValue): boolean {
  if (value.type === 'array') return value.items.length > 0;
  if (value.type === 'map') return sizeOf(value.object) > 0;
  if (value.type === 'none') return false;
  return value.type === 'int' ? value.value !== 0n : Boolean(value.value);
}

/** Prints a value as Go's `%v` does. */
export function printValue(value: TemplateValue): string {
  countWork(STEPS_PER_PART);
  if (value.type === 'none') return '<nil>';
  if (value.type === 'float64') {
    return (value.value < 0 ? '-' : '') + formatGoFloat(Math.abs(value.value), 'g', -1);
  }
  if (value.type === 'array') return `[${value.items.map(printMember).join(' ')}]`;
  if (value.type !== 'map') return String(value.value);
  const pairs = mapPairs(value.object).map(([key, member]) => `${key}:${printMember(member)}`);
  return `map[${pairs.join(' ')}]`;
}

function printMember(value: Value): string {
  return printValue(templateValue(value));
}

/** The name of a value's type in Go. */
export function typeNameOf({ type }: TemplateValue): string {
  if (type === 'array') return '[]interface {}';
  return type === 'map' ? 'map[string]interface {}' : type === 'none' ? 'nil' : type;
}
