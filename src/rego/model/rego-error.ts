/**
 * What can go wrong with Rego, with OPA's codes, so that users find the messages they know.
 * Limits have a code of their own: OPA knows a cancelled query only.
 */

/** Where something stands in a source: its name (empty for a query), line and column from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The codes of OPA's errors, and `eval_limit_error` for a step, memory or depth limit. */
export type RegoErrorCode =
  | 'rego_parse_error'
  | 'rego_compile_error'
  | 'rego_type_error'
  | 'rego_unsafe_var_error'
  | 'rego_recursion_error'
  | 'eval_builtin_error'
  | 'eval_type_error'
  | 'eval_conflict_error'
  | 'eval_with_merge_error'
  | 'eval_internal_error'
  | 'eval_limit_error';

/** One error of a policy's source or of its evaluation. */
export class RegoError extends Error {
  readonly code: RegoErrorCode;
  /** Where it is, where that is known. */
  readonly at: Place | undefined;
  /** A sentence for people beside OPA's own words: what to do next. */
  readonly hint: string | undefined;

  constructor(code: RegoErrorCode, message: string, where: { at?: Place; hint?: string } = {}) {
    super(message);
    this.code = code;
    this.at = where.at;
    this.hint = where.hint;
  }
}

/** All errors of one compilation, in the order of their places; never empty. */
export class RegoErrors extends Error {
  readonly errors: readonly RegoError[];

  constructor(errors: readonly RegoError[]) {
    super(errors.map((error) => formatRegoError(error)).join('\n'));
    this.errors = errors;
  }
}

/** Prints an error as OPA does, `file:line:column: code: message`; a query has no file. */
export function formatRegoError(error: RegoError): string {
  if (!error.at) return `${error.code}: ${error.message}`;
  const { file, line, column } = error.at;
  return `${file === '' ? '' : `${file}:`}${line}:${column}: ${error.code}: ${error.message}`;
}
