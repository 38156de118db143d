/** Terms without operators: scalars, names, refs, calls, brackets, template strings. */
import { readArray, readBraces, readItems } from './parse-collection.ts';
import { readExpression, readItem } from './parse-infix.ts';
import { parseRegoNumber } from '../model/number.ts';
import type { Place } from '../model/rego-error.ts';
import { isKeyword } from './rego-token.ts';
import type { TokenKind } from './rego-token.ts';
import type { CallTerm, RefTerm, ScalarTerm, Term, TermStatement, VarTerm } from './syntax.ts';
import {
  enterTerm,
  expect,
  growTerm,
  isGlued,
  kindAt,
  leaveTerm,
  parseError,
  placeAt,
  take,
  textAt,
  unexpected,
} from './token-cursor.ts';
import type { Cursor } from './token-cursor.ts';
import type { Value } from '../model/value.ts';

const READERS: ReadonlyMap<TokenKind, (cursor: Cursor) => Term> = new Map<
  TokenKind,
  (cursor: Cursor) => Term
>([
  ['identifier', readVar],
  ['contains', readVar],
  ['string', (cursor): Term => readScalar(cursor, textAt(cursor))],
  ['number', readNumber],
  ['minus', readNumber],
  ['.', readNumber],
  ['null', (cursor): Term => readScalar(cursor, null)],
  ['true', (cursor): Term => readScalar(cursor, true)],
  ['false', (cursor): Term => readScalar(cursor, false)],
  ['[', readArray],
  ['{', readBraces],
  ['(', readParenthesis],
  ['template-string-part', readTemplate],
]);

/** Terms that a ref may begin with. */
const REF_HEADS: ReadonlySet<Term['kind']> = new Set([
  'var',
  'array',
  'object',
  'set',
  'comprehension',
  'call',
]);

/** A term without operators, with what is glued to it: `.name`, `[key]`, `(arguments)`. */
export function readTerm(cursor: Cursor): Term {
  const read = READERS.get(kindAt(cursor));
  if (read === undefined) throw unexpected(cursor, 'expected a term');
  const start = cursor.index;
  const term = read(cursor);
  if (!isGlued(cursor)) return term;
  const kind = kindAt(cursor);
  return kind === '.' || kind === '[' || kind === '(' ? readRef(cursor, term, start) : term;
}

/** A name; each `_` gets a name of its own. */
export function readVar(cursor: Cursor): VarTerm {
  const text = textAt(cursor);
  const name = text === '_' ? nextWildcard(cursor) : text;
  const term: VarTerm = { kind: 'var', name, at: placeAt(cursor) };
  cursor.index += 1;
  return term;
}

/** A name for a `_` that no source can write. */
export function nextWildcard(cursor: Cursor): string {
  cursor.wildcards += 1;
  return `$${cursor.wildcards - 1}`;
}

/** What OPA calls a term in its messages. */
export function nameOfTerm(term: Term): string {
  if (term.kind === 'comprehension') return `${term.of}comprehension`;
  if (term.kind === 'template') return 'templatestring';
  if (term.kind !== 'scalar') return term.kind;
  if (term.value === null) return 'null';
  const type = typeof term.value;
  return type === 'string' || type === 'boolean' ? type : 'number';
}

/** `.name` or `[key]`, which must be the next token. */
export function readRefPart(cursor: Cursor): Term {
  if (take(cursor, '.')) return readMember(cursor);
  cursor.index += 1;
  const key = readExpression(cursor);
  growTerm(cursor);
  expect(cursor, ']', 'expected ]');
  return key;
}

/** Arguments behind a name, with their parentheses. */
export function readArguments(cursor: Cursor): readonly Term[] {
  cursor.index += 1;
  if (take(cursor, ')')) return [];
  const items = readItems(cursor, readItem(cursor), ')');
  growTerm(cursor);
  return items;
}

function readMember(cursor: Cursor): ScalarTerm {
  const kind = kindAt(cursor);
  if (!isGlued(cursor)) throw unexpected(cursor, 'expected identifier directly behind the dot');
  if (kind !== 'identifier' && !isKeyword(kind)) throw unexpected(cursor, 'expected identifier');
  return readScalar(cursor, textAt(cursor));
}

function readScalar(cursor: Cursor, value: Value): ScalarTerm {
  const term: ScalarTerm = { kind: 'scalar', value, at: placeAt(cursor) };
  cursor.index += 1;
  return term;
}

/** `12`, `-1.5`, `.5`: blanks may stand behind the sign and the point. */
function readNumber(cursor: Cursor): ScalarTerm {
  const at = placeAt(cursor);
  const sign = take(cursor, 'minus') ? '-' : '';
  const isFraction = take(cursor, '.');
  if (kindAt(cursor) !== 'number') {
    const hint = isFraction ? 'no blank may stand around the dot of a reference' : undefined;
    throw unexpected(cursor, 'expected number', hint);
  }
  const text = textAt(cursor);
  if (!isFraction && /^0\d/.test(text)) {
    throw unexpected(cursor, 'expected number without leading zero');
  }
  const value = parseRegoNumber(`${sign}${isFraction ? '0.' : ''}${text}`);
  if (value === undefined) throw parseError(numberProblem(isFraction, text), placeAt(cursor));
  cursor.index += 1;
  return { kind: 'scalar', value, at };
}

function numberProblem(isFraction: boolean, text: string): string {
  return isFraction && text.includes('.')
    ? 'unexpected number token: invalid float'
    : 'number too big';
}

function readParenthesis(cursor: Cursor): Term {
  cursor.index += 1;
  const term = readExpression(cursor);
  expect(cursor, ')', 'non-terminated expression: expected )');
  return term;
}

/** What follows a term that a ref or a call begins with. */
function readRef(cursor: Cursor, head: Term, start: number): Term {
  if (!REF_HEADS.has(head.kind)) {
    throw parseError(`illegal ref (head cannot be ${nameOfTerm(head)})`, head.at);
  }
  const outer = enterTerm(cursor);
  growTerm(cursor);
  const term = readRefInside(cursor, head, start);
  leaveTerm(cursor, outer);
  return term;
}

function readRefInside(cursor: Cursor, first: Term, start: number): Term {
  let head = first;
  let path: Term[] = [];
  let isCalled = false;
  while (isGlued(cursor)) {
    const kind = kindAt(cursor);
    if (kind === '(' && !(isCalled && path.length === 0)) {
      head = readCall(cursor, head, operatorOf(head, path) ?? [textSince(cursor, start)]);
      path = [];
      isCalled = true;
    } else if (kind === '.' || kind === '[') path.push(readRefPart(cursor));
    else break;
  }
  return path.length === 0 ? head : { kind: 'ref', head, path, at: first.at };
}

/** A call; `set()` is the empty set. */
function readCall(cursor: Cursor, { at }: Term, operator: CallTerm['operator']): Term {
  const args = readArguments(cursor);
  const isSet = operator.length === 1 && operator[0] === 'set' && args.length === 0;
  return isSet ? { kind: 'set', items: [], at } : { kind: 'call', operator, args, at };
}

/** The name of what no function can be called, `f(x).y` or `a[b]`: there is none of that name. */
function textSince({ tokens, index }: Cursor, start: number): string {
  const kinds = tokens.kinds.slice(start, index);
  return kinds.map((kind, at) => tokens.texts[start + at] || kind).join('');
}

function operatorOf(head: Term, path: readonly Term[]): CallTerm['operator'] | undefined {
  if (head.kind !== 'var') return undefined;
  const names = [head.name];
  for (const part of path) {
    if (part.kind !== 'scalar' || typeof part.value !== 'string') return undefined;
    names.push(part.value);
  }
  return names;
}

/** `$"text {term} text"`. */
function readTemplate(cursor: Cursor): Term {
  const outer = enterTerm(cursor);
  const at = placeAt(cursor);
  const parts: (string | TermStatement)[] = [];
  while (kindAt(cursor) === 'template-string-part') {
    addText(parts, textAt(cursor));
    cursor.index += 1;
    parts.push(cursor.grammar.templatePart(cursor));
  }
  if (kindAt(cursor) !== 'template-string-end') {
    throw unexpected(cursor, 'expected } to end template string expression');
  }
  addText(parts, textAt(cursor));
  cursor.index += 1;
  growTerm(cursor);
  leaveTerm(cursor, outer);
  return { kind: 'template', parts, at };
}

function addText(parts: (string | TermStatement)[], text: string): void {
  if (text !== '') parts.push(text);
}

/** A ref of a name and a path, or the name alone. */
export function makeRef(head: VarTerm, path: readonly Term[], at: Place): RefTerm | VarTerm {
  return path.length === 0 ? head : { kind: 'ref', head, path, at };
}
