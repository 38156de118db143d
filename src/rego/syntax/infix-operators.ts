/** The operators between terms: how tightly they bind, and the builtin that each of them calls. */
import type { TokenKind } from './rego-token.ts';

/** How an operator binds, from 1 (loosest), and its builtin's name. */
export interface InfixOperator {
  readonly priority: number;
  readonly operator: readonly string[];
}

/** `in` binds loosest, then comparisons, `|`, `&`, `+ -`, and `* / %`; all to the left. */
export const INFIX: ReadonlyMap<TokenKind, InfixOperator> = new Map<TokenKind, InfixOperator>([
  ['in', { priority: 1, operator: ['internal', 'member_2'] }],
  ['equal', { priority: 2, operator: ['equal'] }],
  ['neq', { priority: 2, operator: ['neq'] }],
  ['lt', { priority: 2, operator: ['lt'] }],
  ['lte', { priority: 2, operator: ['lte'] }],
  ['gt', { priority: 2, operator: ['gt'] }],
  ['gte', { priority: 2, operator: ['gte'] }],
  ['or', { priority: 3, operator: ['or'] }],
  ['and', { priority: 4, operator: ['and'] }],
  ['plus', { priority: 5, operator: ['plus'] }],
  ['minus', { priority: 5, operator: ['minus'] }],
  ['mul', { priority: 6, operator: ['mul'] }],
  ['div', { priority: 6, operator: ['div'] }],
  ['rem', { priority: 6, operator: ['rem'] }],
]);

/** What stands beside `in` binds at least as tightly as a comparison. */
export const RELATION = 2;
/** The operator of `v in xs`. */
export const MEMBER = 'member_2';
/** The operator of `k, v in xs`. */
export const PAIR_MEMBER = 'member_3';
