/**
 * A list filter as a value. It says what was written and where; which fields there are, and what a
 * comparison means for each, is decided by whoever compiles it.
 */

/** Where a piece stands in the filter's text, in UTF-16 units from 0. */
export interface FilterSpan {
  readonly offset: number;
  readonly length: number;
}

/** Comparison operators of AIP-160; `:` is "has". */
export type FilterOperator = '=' | '!=' | '<' | '<=' | '>' | '>=' | ':';

/** The functions that a filter may call, each with a field and a text. */
export const FILTER_FUNCTIONS = ['has_prefix', 'has_suffix'] as const;

/** The name of a filter function. */
export type FilterFunction = (typeof FILTER_FUNCTIONS)[number];

/** A dotted field, e.g. `vulnerability.effectiveSeverity`, as written. */
export interface FilterField {
  readonly path: readonly string[];
  readonly at: FilterSpan;
}

/** A value: the text with quotes and escapes resolved, or the bare word, number or time. */
export interface FilterValue {
  readonly text: string;
  readonly quoted: boolean;
  readonly at: FilterSpan;
}

/** `field op value`. */
export interface FilterComparison {
  readonly kind: 'compare';
  readonly field: FilterField;
  readonly operator: FilterOperator;
  readonly value: FilterValue;
  readonly at: FilterSpan;
}

/** `function(field, value)`. */
export interface FilterCall {
  readonly kind: 'call';
  readonly function: FilterFunction;
  readonly field: FilterField;
  readonly value: FilterValue;
  readonly at: FilterSpan;
}

/** `NOT x` or `-x`. */
export interface FilterNegation {
  readonly kind: 'not';
  readonly operand: FilterExpression;
  readonly at: FilterSpan;
}

/** Two or more operands, all or any of which must hold; blanks between factors are AND too. */
export interface FilterJunction {
  readonly kind: 'and' | 'or';
  readonly operands: readonly FilterExpression[];
  readonly at: FilterSpan;
}

/** Any part of a filter that is true or false of a resource. */
export type FilterExpression = FilterComparison | FilterCall | FilterNegation | FilterJunction;

/** A filter: an expression, or nothing, which everything passes. */
export type Filter = { readonly kind: 'all' } | FilterExpression;
