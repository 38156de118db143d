/** Looking into values: what a key leads to, and all that can be reached by one key. */
import { Decimal } from './number.ts';
import { KeyedObject, RegoSet, type Value, valueAt } from './value.ts';

/** What a name leads to: a key of an object, a member of a set. */
export function member(value: Value | undefined, key: string): Value | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (value instanceof RegoSet) return value.has(key) ? key : undefined;
  if (value instanceof KeyedObject) return value.get(key);
  if (value instanceof Decimal) return undefined;
  return Object.hasOwn(value, key) ? (value as Record<string, Value>)[key] : undefined;
}

/** What a key leads to: an index of an array, a key of an object, a member of a set. */
export function lookUp(value: Value | undefined, key: Value): Value | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return typeof key === 'number' ? (value[key] as Value) : undefined;
  if (typeof key === 'string') return member(value, key);
  if (value instanceof RegoSet) return value.has(key) ? key : undefined;
  return value instanceof KeyedObject ? valueAt(value, key) : undefined;
}
