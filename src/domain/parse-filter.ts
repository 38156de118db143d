/**
 * The filter language of Google's list methods (AIP-160): OR binds tighter than AND, factors side
 * by side are ANDed, and everything is capped, because a filter comes from outside.
 */
import {
  FILTER_FUNCTIONS,
  type Filter,
  type FilterCall,
  type FilterComparison,
  type FilterExpression,
  type FilterField,
  type FilterFunction,
  type FilterOperator,
} from './filter.ts';
import {
  type FilterCursor,
  atEnd,
  filterError,
  isKeyword,
  skipBlanks,
  spanFrom,
  takeKeyword,
  takeLiteral,
  takeMember,
  takeOneOf,
  takeValue,
  takeWord,
  unexpected,
} from './filter-cursor.ts';

/** Longest filter that is read, in characters. */
export const MAX_FILTER_LENGTH = 16_384;
/** Deepest nesting of parentheses that is read. */
export const MAX_FILTER_DEPTH = 32;
/** Most comparisons and calls in one filter. */
export const MAX_FILTER_TERMS = 500;

/** Two-character operators first, so that `<=` is not read as `<`. */
const OPERATORS: readonly FilterOperator[] = ['!=', '<=', '>=', '=', '<', '>', ':'];
const TERM = 'a comparison, a function, "(" or NOT';

/**
 * Reads a filter; blank text is the filter that everything passes. Refuses what does not parse, an
 * unknown function and what is over a cap with `invalid-filter`, naming the character from 1.
 */
export function parseFilter(text: string): Filter {
  if (text.length > MAX_FILTER_LENGTH) {
    const problem =
      `the filter has ${text.length} characters, at most ` + `${MAX_FILTER_LENGTH} are read`;
    throw filterError(MAX_FILTER_LENGTH, problem);
  }
  refuseOddCharacters(text);
  const cursor: FilterCursor = { text, offset: 0, terms: 0 };
  if (atEnd(cursor)) return { kind: 'all' };
  const filter = readSequence(cursor, 0);
  if (atEnd(cursor)) return filter;
  throw unexpected(cursor, `AND, OR, ${TERM} or the end`);
}

/** What no text that is kept can hold: a database would refuse it, or find something else. */
function refuseOddCharacters(text: string): void {
  const at = text.search(
    /\u0000|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
  );
  if (at >= 0) throw filterError(at, 'found a NUL or half a character, wanted Unicode text');
}

/** `factor { ["AND"] factor }`. */
function readSequence(cursor: FilterCursor, depth: number): FilterExpression {
  const start = skipBlanks(cursor);
  const operands = [readFactor(cursor, depth)];
  while (takeKeyword(cursor, 'AND') || beginsTerm(cursor)) operands.push(readFactor(cursor, depth));
  return join(cursor, 'and', { start, operands });
}

/** `term { "OR" term }`. */
function readFactor(cursor: FilterCursor, depth: number): FilterExpression {
  const start = skipBlanks(cursor);
  const operands = [readTerm(cursor, depth)];
  while (takeKeyword(cursor, 'OR')) operands.push(readTerm(cursor, depth));
  return join(cursor, 'or', { start, operands });
}

/** `[ "NOT" | "-" ] simple`. */
function readTerm(cursor: FilterCursor, depth: number): FilterExpression {
  const start = skipBlanks(cursor);
  const negated = takeKeyword(cursor, 'NOT') || takeLiteral(cursor, '-');
  const operand = readSimple(cursor, depth);
  return negated ? { kind: 'not', operand, at: spanFrom(cursor, start) } : operand;
}

/** `"(" sequence ")"`, a function call or a comparison. */
function readSimple(cursor: FilterCursor, depth: number): FilterExpression {
  const start = skipBlanks(cursor);
  if (takeLiteral(cursor, '(')) return readGroup(cursor, { start, depth: depth + 1 });
  const word = takeWord(cursor);
  if (word === undefined || isKeyword(word)) {
    cursor.offset = start;
    throw unexpected(cursor, TERM);
  }
  cursor.terms += 1;
  if (cursor.terms > MAX_FILTER_TERMS) {
    throw filterError(start, `found more than ${MAX_FILTER_TERMS} terms; ask in several filters`);
  }
  if (takeLiteral(cursor, '(')) return readCall(cursor, { start, name: word });
  return readComparison(cursor, { start, name: word });
}

function readGroup(
  cursor: FilterCursor,
  group: { readonly start: number; readonly depth: number },
): FilterExpression {
  if (group.depth > MAX_FILTER_DEPTH) {
    throw filterError(group.start, `found more than ${MAX_FILTER_DEPTH} nested parentheses`);
  }
  const inner = readSequence(cursor, group.depth);
  if (takeLiteral(cursor, ')')) return inner;
  throw unexpected(cursor, `")" for the "(" at position ${group.start + 1}, AND or OR`);
}

function readCall(
  cursor: FilterCursor,
  call: { readonly start: number; readonly name: string },
): FilterCall {
  if (!isFilterFunction(call.name)) {
    const known = FILTER_FUNCTIONS.join(', ');
    throw filterError(call.start, `found the function ${call.name}, wanted one of ${known}`);
  }
  const start = skipBlanks(cursor);
  const word = takeWord(cursor);
  if (word === undefined) throw unexpected(cursor, 'a field');
  const field = readField(cursor, { start, name: word });
  if (!takeLiteral(cursor, ',')) throw unexpected(cursor, '"," and a text');
  const value = takeValue(cursor);
  if (!takeLiteral(cursor, ')')) throw unexpected(cursor, '")"');
  return { kind: 'call', function: call.name, field, value, at: spanFrom(cursor, call.start) };
}

function readComparison(
  cursor: FilterCursor,
  begun: { readonly start: number; readonly name: string },
): FilterComparison {
  const field = readField(cursor, begun);
  const operator = takeOneOf(cursor, OPERATORS);
  if (operator === undefined) throw unexpected(cursor, `one of ${OPERATORS.join(' ')}`);
  const value = takeValue(cursor);
  return { kind: 'compare', field, operator, value, at: spanFrom(cursor, begun.start) };
}

/** The rest of `name { "." name }`; no blanks stand around the dots. A map's key may be quoted. */
function readField(
  cursor: FilterCursor,
  begun: { readonly start: number; readonly name: string },
): FilterField {
  const path = [begun.name];
  while (cursor.text[cursor.offset] === '.') {
    cursor.offset += 1;
    const word = /\s/.test(cursor.text[cursor.offset] ?? ' ') ? undefined : takeMember(cursor);
    if (word === undefined) throw unexpected(cursor, 'a field name after the dot');
    path.push(word);
  }
  return { path, at: spanFrom(cursor, begun.start) };
}

/** Whether another term follows without AND: everything else ends a sequence. */
function beginsTerm(cursor: FilterCursor): boolean {
  const start = skipBlanks(cursor);
  const word = takeWord(cursor);
  cursor.offset = start;
  if (word !== undefined) return word !== 'OR' && word !== 'AND';
  return cursor.text[start] === '(' || cursor.text[start] === '-';
}

function join(
  cursor: FilterCursor,
  kind: 'and' | 'or',
  joined: { readonly start: number; readonly operands: readonly FilterExpression[] },
): FilterExpression {
  const [only] = joined.operands;
  if (only !== undefined && joined.operands.length === 1) return only;
  return { kind, operands: joined.operands, at: spanFrom(cursor, joined.start) };
}

function isFilterFunction(name: string): name is FilterFunction {
  return (FILTER_FUNCTIONS as readonly string[]).includes(name);
}
