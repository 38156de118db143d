/** Heads of rules: a name with its path, arguments, and what the rule says about them. */
import { readExpression } from './parse-infix.ts';
import { makeRef, nameOfTerm, readArguments, readRefPart, readVar } from './parse-term.ts';
import type { Place } from '../model/rego-error.ts';
import { isKeyword } from './rego-token.ts';
import type { RefTerm, Statement, Term, VarTerm } from './syntax.ts';
import { futureHint, readStatement } from './parse-body.ts';
import {
  beginsKeywordRule,
  isGlued,
  kindAt,
  parseError,
  placeAt,
  unexpected,
} from './token-cursor.ts';
import type { Cursor } from './token-cursor.ts';

/** A head as it is written; which kind of rule it makes is decided with what follows. */
export interface Head {
  readonly name: VarTerm;
  readonly path: readonly Term[];
  readonly args: readonly Term[] | undefined;
  /** Of `contains x`, `= x` and `:= x`; undefined where nothing is said. */
  readonly says: 'contains' | 'value' | undefined;
  readonly value: Term | undefined;
  /** The value stands behind `:=`. */
  readonly isAssigned: boolean;
  readonly at: Place;
}

/** Reads the head of a rule; the next token must be a name. */
export function readHead(cursor: Cursor, isDefault: boolean): Head {
  const at = placeAt(cursor);
  const name = readVar(cursor);
  const path: Term[] = [];
  while (continuesPath(cursor, path.length === 0)) path.push(readRefPart(cursor));
  const hasArgs = kindAt(cursor) === '(' && (isGlued(cursor) || path.length === 0);
  const args = hasArgs ? readArguments(cursor) : undefined;
  if (hasArgs && continuesPath(cursor, false)) {
    throw unexpected(cursor, 'rule head ref invalid: nothing can stand behind the arguments');
  }
  const begun = { name, path, args, at };
  return { ...begun, ...readSaying(cursor, { ...begun, isDefault }) };
}

/** The ref of a head: its name alone, or with its path. */
export function refOfHead(head: Pick<Head, 'name' | 'path'>): RefTerm | VarTerm {
  return makeRef(head.name, head.path, head.name.at);
}

/** Blanks and newlines may stand behind the name, and nowhere else in a path. */
function continuesPath(cursor: Cursor, isFirst: boolean): boolean {
  const kind = kindAt(cursor);
  return (kind === '.' || kind === '[') && (isFirst || isGlued(cursor));
}

function readSaying(
  cursor: Cursor,
  begun: Pick<Head, 'name' | 'path' | 'args'> & { readonly isDefault: boolean },
): Pick<Head, 'says' | 'value' | 'isAssigned'> {
  const kind = kindAt(cursor);
  const isContains = kind === 'contains' && !beginsKeywordRule(cursor);
  if (!isContains && kind !== 'eq' && kind !== 'assign') {
    return { says: undefined, value: undefined, isAssigned: false };
  }
  const name = textOfRef(begun);
  if (isContains && begun.args !== undefined) {
    const example = `(e.g., ${name} contains <VALUE> { ... })`;
    const problem = 'the contains keyword can only be used with multi-value rule definitions';
    throw unexpected(cursor, `${problem} ${example}`);
  }
  cursor.index += 1;
  if (!beginsTerm(cursor)) throw unexpected(cursor, wantedValue(kind, name, begun));
  const value = readExpression(cursor);
  return { says: isContains ? 'contains' : 'value', value, isAssigned: kind === 'assign' };
}

/** What OPA says where the value is missing. */
function wantedValue(
  kind: 'contains' | 'eq' | 'assign',
  name: string,
  begun: Pick<Head, 'args'> & { readonly isDefault: boolean },
): string {
  if (kind === 'contains') return `expected rule key term (e.g., ${name} contains <VALUE> { ... })`;
  if (begun.isDefault) return `expected default rule value term (e.g., default ${name} := <VALUE>)`;
  const sign = kind === 'eq' ? '=' : ':=';
  if (begun.args !== undefined) {
    return `expected function value term (e.g., ${name}(...) ${sign} <VALUE> { ... })`;
  }
  return `expected rule value term (e.g., ${name} ${sign} <VALUE> { ... })`;
}

const NO_TERM: ReadonlySet<string> = new Set(['eof', '}', ']', ')', ',', ':', ';', 'if', 'else']);

function beginsTerm(cursor: Cursor): boolean {
  return !NO_TERM.has(kindAt(cursor));
}

/** A head's ref as a message writes it. */
export function textOfRef(head: Pick<Head, 'name' | 'path'>): string {
  return head.name.name + head.path.map(textOfPart).join('');
}

function textOfPart(part: Term): string {
  if (part.kind === 'var') return `[${part.name}]`;
  if (part.kind !== 'scalar') return `[${nameOfTerm(part)}]`;
  const isName = typeof part.value === 'string' && /^[A-Za-z_]\w*$/.test(part.value);
  return isName ? `.${String(part.value)}` : `[${JSON.stringify(part.value) ?? ''}]`;
}

/** Refuses what begins no rule, in OPA's words for what it is instead. */
export function refuseNoHead(cursor: Cursor): never {
  const at = placeAt(cursor);
  const problem = NO_HEADS[kindAt(cursor)];
  if (problem !== undefined) throw parseError(problem, at);
  const hint = futureHint(cursor);
  if (isKeyword(kindAt(cursor)) && !SCALARS.has(kindAt(cursor))) {
    throw unexpected(cursor, 'expected a rule', hint);
  }
  const term = nameOfEquation(readStatement(cursor));
  if (term === undefined || term.kind === 'call') {
    throw parseError('rule name conflicts with built-in function', at);
  }
  throw parseError(`${nameOfTerm(term)} cannot be used for rule name`, at, hint);
}

/** What stands where a rule's name should: left of `=`, or all of a statement. */
function nameOfEquation(statement: Statement): Term | undefined {
  if (statement.kind !== 'term') return undefined;
  const { term } = statement;
  const isEquation = term.kind === 'call' && ['eq', 'assign'].includes(term.operator.join('.'));
  return isEquation ? term.args[0] : term;
}

const SCALARS: ReadonlySet<string> = new Set(['true', 'false', 'null']);
const NO_HEADS: Readonly<Record<string, string>> = {
  not: 'negated expressions cannot be used for rule head',
  some: "'some' declarations cannot be used for rule head",
  every: 'expression cannot be used for rule head',
};
