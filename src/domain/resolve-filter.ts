/**
 * From a filter as it was written to one that is understood. Which fields there are is a parameter:
 * the messages of Google's API are not known here.
 */
import { isAssayError } from './error.ts';
import { filterError } from './filter-cursor.ts';
import { type AskedValue, type FilterType, askAffix, askValue } from './filter-value.ts';
import type {
  Filter,
  FilterCall,
  FilterComparison,
  FilterExpression,
  FilterField,
  FilterSpan,
} from './filter.ts';
import {
  type ColumnPlace,
  type FieldTest,
  type PathPlace,
  type ResolvedExpression,
  type ResolvedFilter,
  joinFilters,
  PASS_ALL,
  type ValueTest,
} from './resolved-filter.ts';

/** A field that a filter may name. */
export interface FilterTarget {
  readonly place: ColumnPlace | PathPlace;
  readonly type: FilterType;
  /** A map or list as a whole: `:` asks for a key, or for any element. */
  readonly whole?: 'map' | 'list';
}

/** Finds a field by its path as written; a text says why there is none. */
export type FindField = (path: readonly string[]) => FilterTarget | string;

/**
 * Resolves every field and value. Refuses with `invalid-filter`, pointing at the character: unknown
 * fields, operators that make no sense for a field's type, values that it can never have.
 */
export function resolveFilter(filter: Filter, find: FindField): ResolvedFilter {
  return filter.kind === 'all' ? PASS_ALL : resolve(filter, find);
}

function resolve(filter: FilterExpression, find: FindField): ResolvedExpression {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return joinFilters(
        filter.kind,
        filter.operands.map((operand) => resolve(operand, find)),
      );
    case 'not':
      return { kind: 'not', operand: resolve(filter.operand, find) };
    case 'call':
      return resolveCall(filter, find);
    case 'compare':
      return resolveComparison(filter, find);
  }
}

function resolveCall(filter: FilterCall, find: FindField): FieldTest {
  const { place, type, whole } = findTarget(filter.field, find);
  const name = filter.field.path.join('.');
  if (whole === 'map')
    throw filterError(filter.at.offset, `${name} is a map; name one of its keys`);
  const kind = filter.function === 'has_prefix' ? 'prefix' : 'suffix';
  const asked = pointing(filter.field, filter.value.at, () =>
    askAffix(type, kind, filter.value.text),
  );
  return { kind: 'test', place, ...settled(asked, place) };
}

function resolveComparison(filter: FilterComparison, find: FindField): ResolvedExpression {
  const { operator } = filter;
  if (operator !== '!=') return resolveTest(filter, operator, find);
  return { kind: 'not', operand: resolveTest(filter, '=', find) };
}

function resolveTest(
  filter: FilterComparison,
  operator: Exclude<FilterComparison['operator'], '!='>,
  find: FindField,
): FieldTest {
  const { place, type, whole } = findTarget(filter.field, find);
  const { value } = filter;
  if (operator === ':' && value.text === '*' && !value.quoted) return presence(place, type);
  if (whole === 'map') return keyPresence(filter, place);
  const asked = pointing(filter.field, value.at, () => askValue(type, operator, value.text));
  return { kind: 'test', place, ...settled(asked, place) };
}

/** An element of a list is there by itself: it has no unset state. */
function settled(asked: AskedValue, place: FieldTest['place']): AskedValue {
  const element = place.kind === 'path' && place.steps.at(-1)?.many === true;
  return element ? { ...asked, unset: false } : asked;
}

function presence(place: FieldTest['place'], type: FilterType): FieldTest {
  // A rank is always there; 0 stands for none.
  const ranked = place.kind === 'column' && type.kind === 'enum';
  const test: ValueTest = ranked
    ? { kind: 'compare', operator: '>', value: 0 }
    : { kind: 'present' };
  return { kind: 'test', place, test, unset: false };
}

/** `map:key`: whether the map has the key. */
function keyPresence(filter: FilterComparison, place: FieldTest['place']): FieldTest {
  const { field, operator, value } = filter;
  const name = field.path.join('.');
  if (operator !== ':' || place.kind !== 'path') {
    const wanted = `${name} is a map; ask for a key with ${name}:KEY or ${name}.KEY = VALUE`;
    throw filterError(filter.at.offset, wanted);
  }
  const problem = keyProblem(value.text);
  if (problem !== undefined) throw filterError(value.at.offset, problem);
  return presence(
    { ...place, steps: [...place.steps, { key: value.text, many: false }] },
    { kind: 'message' },
  );
}

/** What is wrong with a map's key in a filter; undefined: nothing. */
export function keyProblem(key: string): string | undefined {
  if (!/["\\\u0000-\u001f]/.test(key)) return undefined;
  return 'a key with quotes, backslashes or control characters cannot be asked for';
}

function findTarget(field: FilterField, find: FindField): FilterTarget {
  const found = find(field.path);
  if (typeof found !== 'string') return found;
  throw filterError(field.at.offset, found);
}

/** Runs a reader of the value; its error names the field and points at the value. */
function pointing<T>(field: FilterField, at: FilterSpan, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!isAssayError(cause)) throw cause;
    throw filterError(at.offset, `${field.path.join('.')} ${cause.message}`);
  }
}
