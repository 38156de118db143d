/**
 * Bodies and their statements. A statement ends at `;`, at a newline or at the end of its body; a
 * newline within one is no end, because what follows an operator or a bracket belongs to it.
 */
import { isTermAfterIf } from './look-ahead.ts';
import { membershipOf, readExpression } from './parse-infix.ts';
import { nameOfTerm, readVar } from './parse-term.ts';
import type { Place } from '../model/rego-error.ts';
import type { TokenKind } from './rego-token.ts';
import type {
  Body,
  CallTerm,
  EveryStatement,
  RefTerm,
  SomeInStatement,
  SomeStatement,
  Statement,
  Term,
  TermStatement,
  VarTerm,
  WithModifier,
} from './syntax.ts';
import {
  beginsKeywordRef,
  enterTerm,
  expect,
  kindAt,
  leaveTerm,
  nameKeywordRef,
  parseError,
  placeAt,
  take,
  textAt,
  unexpected,
} from './token-cursor.ts';
import type { Cursor } from './token-cursor.ts';

/** Statements up to a closing token, which is read too. */
export function readBody(cursor: Cursor, end: TokenKind): Body {
  if (kindAt(cursor) === end) throw parseError('found empty body', placeAt(cursor));
  const outer = enterTerm(cursor);
  const body: Statement[] = [];
  do body.push(readStatement(cursor));
  while (!endsBody(cursor, end));
  leaveTerm(cursor, outer);
  return body;
}

/** A body in braces, or one statement behind `if`. */
export function readBodyAfterIf(cursor: Cursor): Body {
  if (kindAt(cursor) === 'eof') throw unexpected(cursor, 'rule body expected');
  if (kindAt(cursor) === '{' && !isTermAfterIf(cursor)) return readBlock(cursor);
  return [readStatement(cursor)];
}

/** A body in braces. */
export function readBlock(cursor: Cursor): Body {
  expect(cursor, '{', 'expected {');
  return readBody(cursor, '}');
}

/** One statement. */
export function readStatement(cursor: Cursor): Statement {
  nameKeywordRef(cursor);
  const at = placeAt(cursor);
  switch (kindAt(cursor)) {
    case 'some':
      return readSome(cursor, at);
    case 'every':
      return readEvery(cursor, at);
    case 'not':
      return readNegated(cursor, at);
    default:
      return readTermStatement(cursor, { negated: false, at });
  }
}

/** What stands within the braces of a template string: a term, and perhaps `with`. */
export function readTemplatePart(cursor: Cursor): TermStatement {
  const statement = readStatement(cursor);
  const problem = templateProblem(statement);
  if (statement.kind === 'term' && problem === undefined) return statement;
  throw parseError(`unexpected ${problem} in template-string expression`, statement.at);
}

function templateProblem(statement: Statement): string | undefined {
  if (statement.kind === 'every') return "'every'";
  if (statement.kind !== 'term') return "'some'";
  if (statement.negated) return "negation ('not')";
  const { term } = statement;
  if (term.kind !== 'call' || term.operator.length !== 1) return undefined;
  if (term.operator[0] === 'eq') return "unification ('=')";
  return term.operator[0] === 'assign' ? "assignment (':=')" : undefined;
}

/** Reads what stands between statements; answers whether it was the end of the body. */
function endsBody(cursor: Cursor, end: TokenKind): boolean {
  if (take(cursor, ';')) return false;
  if (take(cursor, end)) return true;
  if (cursor.tokens.gaps[cursor.index] === '\n' && kindAt(cursor) !== 'eof') return false;
  throw unexpected(cursor, `expected \\n or ; or ${end}`, futureHint(cursor));
}

const READ_AS_V1 = '`import rego.v1`, or read the source as v1';
/** What to do about a word of v1 that is a name here. */
const WORD_HINTS: ReadonlyMap<string, string> = new Map([
  ['in', '`import future.keywords.in` for `some x in xs` expressions'],
  ['if', `\`if\` is no keyword in v0: ${READ_AS_V1}`],
  ['contains', `\`contains\` is no keyword in v0: ${READ_AS_V1}`],
]);

/** What to do about a name, or the one before it, that is a keyword in v1. */
export function futureHint(cursor: Cursor): string | undefined {
  const { kinds, texts } = cursor.tokens;
  if (kindAt(cursor) !== 'identifier') return undefined;
  const isEvery = kinds[cursor.index - 1] === 'identifier' && texts[cursor.index - 1] === 'every';
  return isEvery
    ? '`import future.keywords.every` for `every x in xs { ... }` expressions'
    : WORD_HINTS.get(textAt(cursor));
}

function readNegated(cursor: Cursor, at: Place): Statement {
  cursor.index += 1;
  nameKeywordRef(cursor);
  const kind = kindAt(cursor);
  if (kind === 'some' || kind === 'every') {
    throw unexpected(cursor, `illegal negation of '${kind}'`);
  }
  return readTermStatement(cursor, { negated: true, at });
}

function readTermStatement(
  cursor: Cursor,
  begun: { readonly negated: boolean; readonly at: Place },
): TermStatement {
  const left = readExpression(cursor);
  const kind = kindAt(cursor);
  const isEquation = kind === 'eq' || kind === 'assign';
  const term = isEquation ? readEquation(cursor, left, kind) : left;
  return { kind: 'term', term, ...begun, with: readWith(cursor) };
}

function readEquation(cursor: Cursor, left: Term, operator: 'eq' | 'assign'): CallTerm {
  cursor.index += 1;
  const right = readExpression(cursor);
  return { kind: 'call', operator: [operator], args: [left, right], at: left.at };
}

const NONE: readonly never[] = [];

/** `with input.a as 1 with f as g`, or nothing. */
function readWith(cursor: Cursor): readonly WithModifier[] {
  if (kindAt(cursor) !== 'with') return NONE;
  const modifiers: WithModifier[] = [];
  while (kindAt(cursor) === 'with' && !beginsKeywordRef(cursor))
    modifiers.push(readOneWith(cursor));
  return modifiers;
}

function readOneWith(cursor: Cursor): WithModifier {
  const at = placeAt(cursor);
  cursor.index += 1;
  if (kindAt(cursor) !== 'identifier') throw unexpected(cursor, 'expected ident');
  const target = cursor.grammar.term(cursor);
  if (!isTarget(target)) {
    const problem = `unexpected ${nameOfTerm(target)}: expected with target path`;
    throw parseError(problem, target.at);
  }
  expect(cursor, 'as', 'expected as keyword');
  return { target, value: readExpression(cursor), at };
}

function isTarget(term: Term): term is RefTerm | VarTerm {
  return term.kind === 'var' || (term.kind === 'ref' && term.head.kind === 'var');
}

/** `some x, y` or `some k, v in xs`. */
function readSome(cursor: Cursor, at: Place): SomeStatement | SomeInStatement {
  cursor.index += 1;
  const start = cursor.index;
  const term = readExpression(cursor);
  const membership = membershipOf(term);
  if (membership !== undefined) {
    return { kind: 'some-in', ...membership, with: readWith(cursor), at };
  }
  if (term.kind === 'var') return { kind: 'some', vars: readVars(cursor, term), at };
  if (term.kind === 'call') {
    throw unexpected(cursor, 'expected `x in xs` or `x, y in xs` expression');
  }
  const hint = futureHint(cursor);
  cursor.index = start;
  throw unexpected(cursor, 'expected var', hint);
}

function readVars(cursor: Cursor, first: VarTerm): readonly VarTerm[] {
  const vars = [first];
  while (take(cursor, ',')) {
    if (kindAt(cursor) !== 'identifier') throw unexpected(cursor, 'expected var');
    vars.push(readVar(cursor));
  }
  return vars;
}

/** `every k, v in xs { body }`. */
function readEvery(cursor: Cursor, at: Place): EveryStatement {
  cursor.index += 1;
  const membership = membershipOf(readExpression(cursor));
  if (membership === undefined) {
    throw unexpected(cursor, 'expected `x[, y] in xs { ... }` expression');
  }
  const { key, value, domain } = membership;
  if (key !== undefined && key.kind !== 'var') {
    throw parseError(`unexpected ${nameOfTerm(key)}: expected key to be a variable`, key.at);
  }
  if (value.kind !== 'var') {
    throw parseError(`unexpected ${nameOfTerm(value)}: expected value to be a variable`, value.at);
  }
  if (kindAt(cursor) !== '{') throw unexpected(cursor, 'missing body');
  const names = key === undefined ? { value } : { key, value };
  const body = readBlock(cursor);
  return { kind: 'every', ...names, domain, body, with: readWith(cursor), at };
}
