/** Terms with operators between them: one loop for all levels, because all bind to the left. */
import { INFIX, MEMBER, PAIR_MEMBER, RELATION } from './infix-operators.ts';
import { isPairInside } from './look-ahead.ts';
import type { CallTerm, Term } from './syntax.ts';
import {
  beginsKeywordRef,
  enterTerm,
  expect,
  growTerm,
  kindAt,
  leaveTerm,
  take,
} from './token-cursor.ts';
import type { Cursor } from './token-cursor.ts';

/** Any term, with operators; a comma belongs to it in `k, v in xs` only. */
export function readExpression(cursor: Cursor): Term {
  const outer = enterTerm(cursor);
  const left = readOperators(cursor, cursor.grammar.term(cursor), RELATION);
  const isPair = kindAt(cursor) === ',' && isPairInside(cursor);
  const first = isPair ? readPair(cursor, left) : left;
  const term = readOperators(cursor, first, 1);
  leaveTerm(cursor, outer);
  return term;
}

/** An item of a list: commas stand between items. Its first term may have been read already. */
export function readItem(cursor: Cursor, given?: Term): Term {
  const outer = enterTerm(cursor);
  const term = readOperators(cursor, given ?? cursor.grammar.term(cursor), 1);
  leaveTerm(cursor, outer);
  return term;
}

/** The parts of `v in xs` and `k, v in xs`; undefined for any other term. */
export function membershipOf(
  term: Term,
): { readonly key?: Term; readonly value: Term; readonly domain: Term } | undefined {
  if (term.kind !== 'call' || term.operator[0] !== 'internal') return undefined;
  const [first, second, third] = term.args;
  if (first === undefined || second === undefined) return undefined;
  if (term.operator[1] === MEMBER && third === undefined) return { value: first, domain: second };
  if (term.operator[1] !== PAIR_MEMBER || third === undefined) return undefined;
  return { key: first, value: second, domain: third };
}

/** `, v in xs` behind a key. */
function readPair(cursor: Cursor, key: Term): CallTerm {
  take(cursor, ',');
  const value = readOperators(cursor, cursor.grammar.term(cursor), RELATION);
  expect(cursor, 'in', 'expected in');
  const domain = readOperators(cursor, cursor.grammar.term(cursor), RELATION);
  growTerm(cursor);
  const operator = ['internal', PAIR_MEMBER];
  return { kind: 'call', operator, args: [key, value, domain], at: key.at };
}

/** The operators behind a term that bind at least as tightly as told. */
function readOperators(cursor: Cursor, first: Term, least: number): Term {
  let left = first;
  for (;;) {
    const infix = INFIX.get(kindAt(cursor));
    if (infix === undefined || infix.priority < least) return left;
    if (kindAt(cursor) === 'in' && beginsKeywordRef(cursor)) return left;
    cursor.index += 1;
    const right = readOperators(cursor, cursor.grammar.term(cursor), infix.priority + 1);
    growTerm(cursor);
    left = { kind: 'call', operator: infix.operator, args: [left, right], at: left.at };
  }
}
