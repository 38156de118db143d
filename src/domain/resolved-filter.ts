/**
 * A filter of which every field and value is understood: where the value is kept, and what is asked
 * of it. Whoever applies it (SQL, or a test in memory) decides nothing any more, so that both say
 * the same. A field that is not set reads as its type's default, as proto3 has it (an unset time
 * passes nothing); `!=` and NOT are plain negations.
 */
import type { NoteKind } from './note.ts';

/** Values that notes and occurrences are kept and found by. */
export type FilterColumn =
  | 'kind'
  | 'name'
  | 'noteName'
  | 'noteProjectId'
  | 'noteId'
  | 'resource'
  | 'createTime'
  | 'updateTime'
  | 'severity';

/** One step into JSON: a member, and each of its elements where it is a list. */
export interface PathStep {
  readonly key: string;
  readonly many: boolean;
}

/** A value with a column of its own; `of`: only that kind has it. */
export interface ColumnPlace {
  readonly kind: 'column';
  readonly column: FilterColumn;
  readonly of?: NoteKind;
}

/** A value within the JSON of a note or occurrence, e.g. `detail`, `packageIssue` (many) … */
export interface PathPlace {
  readonly kind: 'path';
  readonly steps: readonly PathStep[];
  readonly of?: NoteKind;
}

/** Comparisons that are left once `!=` is a negation and `:` is resolved. */
export type ValueOperator = '=' | '<' | '<=' | '>' | '>=';

/** What is asked of one value. */
export type ValueTest =
  | {
      readonly kind: 'compare';
      readonly operator: ValueOperator;
      readonly value: string | number | boolean;
    }
  | { readonly kind: 'among'; readonly values: readonly string[] }
  | { readonly kind: 'prefix' | 'suffix'; readonly text: string }
  | { readonly kind: 'present' };

/** A test of one field; of a repeated one it holds where any element passes. */
export interface FieldTest {
  readonly kind: 'test';
  readonly place: ColumnPlace | PathPlace;
  readonly test: ValueTest;
  /** The answer where the field is unset in a message that is there: what its default gives. */
  readonly unset: boolean;
}

/** Any part of a resolved filter. */
export type ResolvedExpression =
  | FieldTest
  | { readonly kind: 'not'; readonly operand: ResolvedExpression }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly ResolvedExpression[] };

/** A resolved filter: an expression, or nothing, which everything passes. */
export type ResolvedFilter = { readonly kind: 'all' } | ResolvedExpression;

/** The filter that everything passes. */
export const PASS_ALL: ResolvedFilter = { kind: 'all' };

/** What looking into JSON costs beside looking at a column. */
const PATH_STEPS = 10;

/** How much work a filter is for one row, in comparisons of a column. */
export function filterSteps(filter: ResolvedFilter): number {
  if (filter.kind === 'all') return 0;
  if (filter.kind === 'not') return filterSteps(filter.operand);
  if (filter.kind === 'test') return filter.place.kind === 'path' ? PATH_STEPS : 1;
  return filter.operands.reduce((sum, operand) => sum + filterSteps(operand), 0);
}

/** Joins expressions: nested ones of the same kind are taken in, equal ones are kept once. */
export function joinFilters(
  kind: 'and' | 'or',
  operands: readonly ResolvedExpression[],
): ResolvedExpression {
  const flat = operands.flatMap((one) => (one.kind === kind ? one.operands : [one]));
  const distinct = [...new Map(flat.map((one) => [JSON.stringify(one), one])).values()];
  const [only] = distinct;
  return only !== undefined && distinct.length === 1 ? only : { kind, operands: distinct };
}

/** The parts that must all hold. */
export function filterConjuncts(filter: ResolvedFilter): readonly ResolvedExpression[] {
  if (filter.kind === 'all') return [];
  return filter.kind === 'and' ? filter.operands : [filter];
}
