/** What v1 wants of a rule's form beyond v0: `if`, `contains`, a value or body, a free name. */
import type { Head } from './parse-head.ts';
import type { Place, RegoError } from '../model/rego-error.ts';
import { MAX_PARSE_ERRORS, isKeyword } from './rego-token.ts';
import { parseError } from './token-cursor.ts';

/** How a rule, or one of its else branches, is written. */
export interface RuleForm {
  readonly head: Head;
  readonly at: Place;
  /** Its body: behind `if`, in braces alone, or none. */
  readonly body: 'if' | 'bare' | 'none';
  /** Undefined where neither value nor body is written. */
  readonly says: Head['says'];
  readonly isMulti: boolean;
}

const HINT =
  'this is the syntax of Rego v0: read it with --v0-compatible (in a document regoVersion: v0),' +
  ' or rewrite it';

/** What v1 says against rules, each in OPA's order; at most so many errors as are told. */
export function checkForms(forms: readonly RuleForm[]): readonly RegoError[] {
  const errors: RegoError[] = [];
  for (const form of forms) {
    for (const problem of problemsOf(form)) errors.push(parseError(problem, form.at, HINT));
    if (errors.length >= MAX_PARSE_ERRORS) break;
  }
  return errors;
}

function problemsOf(form: RuleForm): readonly string[] {
  const { head, body, says, isMulti } = form;
  const sort = head.args === undefined ? 'rule' : 'function';
  const problems: string[] = [];
  if (head.path.length === 0 && isKeyword(head.name.name)) {
    problems.push(`${head.name.name} keyword cannot be used for rule name`);
  }
  if (body === 'none' && says === undefined && !isMulti) {
    problems.push(`${sort} must have value assignment and/or body declaration`);
  }
  if (body === 'bare') problems.push(`\`if\` keyword is required before ${sort} body`);
  if (isMulti && head.says !== 'contains') {
    problems.push('`contains` keyword is required for partial set rules');
  }
  return problems;
}
