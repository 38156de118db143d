/**
 * What can be known only by looking ahead: whether `|` begins a comprehension or is a union,
 * whether a comma belongs to `k, v in xs`, whether `if {` begins a body. Brackets are paired, so a
 * look steps over them, and no token is looked at more than a few times.
 */
import { isGlued, kindAt } from './token-cursor.ts';
import type { Cursor } from './token-cursor.ts';
import type { TokenKind, Tokens } from './rego-token.ts';
import { INFIX } from './infix-operators.ts';

/** What ends a statement wherever it stands. */
const ENDS: ReadonlySet<TokenKind> = new Set(['eof', ';', ']', '}', ')', 'template-string-end']);
/** What tells statements and lists apart. */
const MARKS: ReadonlySet<TokenKind> = new Set([',', ':', 'in', 'assign', 'eq', 'with', 'as', 'if']);
const OPERAND_ENDS: ReadonlySet<TokenKind> = new Set([
  'identifier',
  'number',
  'string',
  'template-string-end',
  'true',
  'false',
  'null',
  'contains',
  ']',
  '}',
  ')',
]);
const OPERAND_STARTS: ReadonlySet<TokenKind> = new Set([
  'identifier',
  'number',
  'string',
  'template-string-part',
  'true',
  'false',
  'null',
  'contains',
  'not',
  'some',
  'every',
  '[',
  '{',
  '(',
]);
const DECLARATIONS: ReadonlySet<TokenKind> = new Set(['not', 'some', 'every']);

/** At `|` behind the first term in a bracket: whether what follows is a body. */
export function isComprehension(cursor: Cursor): boolean {
  return isBodyAt(cursor.tokens, cursor.index + 1);
}

/**
 * A body unless its first statement has a comma that does not belong to `k, v in xs`: then the
 * bracket is a list, and `|` a union, as OPA reads it.
 */
function isBodyAt(tokens: Tokens, start: number): boolean {
  if (DECLARATIONS.has(tokens.kinds[start] ?? 'eof') && !beginsRef(tokens, start)) return true;
  const marks = marksOf(tokens, start, 4).filter((kind) => kind === ',' || kind === 'in');
  const comma = marks.indexOf(',');
  return comma < 0 || (marks[comma + 1] === 'in' && !marks.includes(',', comma + 1));
}

/** At a comma: whether it stands between key and value of `k, v in xs`. */
export function isPairInside(cursor: Cursor): boolean {
  return marksOf(cursor.tokens, cursor.index + 1, 1)[0] === 'in';
}

/** At the `{` behind `if`: whether a term that is no set begins there, and not a body. */
export function isTermAfterIf(cursor: Cursor): boolean {
  const { tokens, index } = cursor;
  const inside = index + 1;
  if (tokens.kinds[inside] === '}') return true;
  if (continuesTerm(cursor, (tokens.partners[index] ?? index) + 1 - index)) return true;
  if (marksOf(tokens, inside, 2).includes(':')) return true;
  const bar = endOfTerm(tokens, inside);
  return tokens.kinds[bar] === 'or' && isBodyAt(tokens, bar + 1);
}

/** Whether a token goes on with the term before it: by an operator, or by a part of a ref. */
function continuesTerm(cursor: Cursor, ahead: number): boolean {
  const kind = kindAt(cursor, ahead);
  if (kind === '.' || kind === '[' || kind === '(') return isGlued(cursor, ahead);
  if (kind === 'in' || kind === 'with') return !beginsRef(cursor.tokens, cursor.index + ahead);
  return INFIX.has(kind) || kind === 'assign' || kind === 'eq';
}

/** The marks of one statement or item, at most so many, without those within its brackets. */
function marksOf(tokens: Tokens, start: number, most: number): readonly TokenKind[] {
  const marks: TokenKind[] = [];
  for (let index = start; marks.length < most; index = stepOver(tokens, index)) {
    const kind = tokens.kinds[index] ?? 'eof';
    if (isEnd(tokens, index, kind) || (index > start && beginsNext(tokens, index))) break;
    if (MARKS.has(kind) && !beginsRef(tokens, index)) marks.push(kind);
  }
  return marks;
}

function isEnd(tokens: Tokens, index: number, kind: TokenKind): boolean {
  if (kind === 'template-string-part') return !opens(tokens, index);
  return ENDS.has(kind);
}

/** Two operands side by side: the second begins the next statement. */
function beginsNext(tokens: Tokens, index: number): boolean {
  const kind = tokens.kinds[index] ?? 'eof';
  if (!OPERAND_STARTS.has(kind) || !OPERAND_ENDS.has(tokens.kinds[index - 1] ?? 'eof'))
    return false;
  return tokens.gaps[index] !== '' || !(kind === '[' || kind === '(');
}

/** The token behind a term without operators. */
function endOfTerm(tokens: Tokens, start: number): number {
  let index = stepOver(tokens, tokens.kinds[start] === 'minus' ? start + 1 : start);
  while (tokens.gaps[index] === '') {
    const kind = tokens.kinds[index];
    if (kind === '.') index += 2;
    else if (kind === '[' || kind === '(') index = stepOver(tokens, index);
    else break;
  }
  return index;
}

/** The next token at the same depth; what stands behind a dot is a name, whatever it says. */
function stepOver(tokens: Tokens, index: number): number {
  if (tokens.kinds[index] === '.') return index + 2;
  return opens(tokens, index) ? (tokens.partners[index] ?? index) + 1 : index + 1;
}

function opens(tokens: Tokens, index: number): boolean {
  return (tokens.partners[index] ?? -1) > index;
}

/** Whether a keyword is a name here, because it begins a ref. */
function beginsRef(tokens: Tokens, index: number): boolean {
  const next = tokens.kinds[index + 1];
  const begins = next === '.' || next === '[';
  return begins && tokens.gaps[index + 1] === '' && /[a-z]/.test(tokens.texts[index] ?? '');
}
