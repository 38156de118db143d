/** A resolved filter applied to a note or occurrence in memory: one that is derived is no row. */
import { COLUMN_READERS, type FilterSubject } from './filter-columns.ts';
import { VALUE_OPERATORS } from './filter-value.ts';
import type { Json } from './json.ts';
import { isJsonObject } from './json.ts';
import type {
  FieldTest,
  PathStep,
  ResolvedExpression,
  ResolvedFilter,
  ValueTest,
} from './resolved-filter.ts';

/** Tells whether a note or occurrence passes. */
export type FilterPredicate = (one: FilterSubject) => boolean;

/** Compiles a filter once, for many notes or occurrences. */
export function compileFilter(filter: ResolvedFilter): FilterPredicate {
  return filter.kind === 'all' ? () => true : compile(filter);
}

function compile(filter: ResolvedExpression): FilterPredicate {
  if (filter.kind === 'test') return compileTest(filter);
  if (filter.kind === 'not') {
    const operand = compile(filter.operand);
    return (one) => !operand(one);
  }
  const operands = filter.operands.map(compile);
  return filter.kind === 'and'
    ? (one) => operands.every((test) => test(one))
    : (one) => operands.some((test) => test(one));
}

function compileTest({ place, test, unset }: FieldTest): FilterPredicate {
  const passes = compileValue(test);
  const { of } = place;
  if (place.kind === 'column') {
    const read = COLUMN_READERS[place.column];
    return (one) => (of === undefined || one.kind === of) && passes(read(one));
  }
  const walk = compileWalk(place.steps, passes, unset);
  // Fields that only one kind has are looked for in no other.
  return (one) => (of === undefined || one.kind === of) && walk(one as unknown as Json);
}

type Walk = (value: Json | undefined) => boolean;

/** Follows the steps; an unset last one counts as `unset` where what should hold it is there. */
function compileWalk(
  [step, ...rest]: readonly PathStep[],
  passes: (value: Json) => boolean,
  unset: boolean,
): Walk {
  if (step === undefined) return (value) => (value === undefined ? unset : passes(value));
  const { key, many } = step;
  const last = rest.length === 0;
  const next = compileWalk(rest, passes, unset);
  return (value) => {
    if (!isJsonObject(value)) return false;
    const member = Object.hasOwn(value, key) ? value[key] : undefined;
    if (many) return Array.isArray(member) && member.some((item: Json) => next(item));
    return member === undefined && !last ? false : next(member);
  };
}

function compileValue(test: ValueTest): (value: Json) => boolean {
  switch (test.kind) {
    case 'present':
      return () => true;
    case 'among':
      return (value) => test.values.includes(textOf(value));
    case 'prefix':
      return (value) => textOf(value).startsWith(test.text);
    case 'suffix':
      return (value) => textOf(value).endsWith(test.text);
    case 'compare':
      return compileComparison(test);
  }
}

function compileComparison({
  operator,
  value: wanted,
}: ValueTest & { readonly kind: 'compare' }): (value: Json) => boolean {
  const holds = VALUE_OPERATORS[operator];
  // A whole number of 64 bits is kept as text.
  if (typeof wanted === 'number') return (value) => holds(Number(value) - wanted);
  if (typeof wanted === 'boolean') return (value) => value === wanted;
  return (value) => holds(compareTexts(textOf(value), wanted));
}

function compareTexts(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
