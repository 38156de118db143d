/**
 * Rules: the forms of v0 and v1 are read by one code and give the same tree. How a rule is written
 * is noted beside it, because `import rego.v1` may still follow.
 */
import { futureHint, readBlock, readBodyAfterIf } from './parse-body.ts';
import { readExpression } from './parse-infix.ts';
import { readHead, refOfHead, textOfRef } from './parse-head.ts';
import type { Head } from './parse-head.ts';
import { nextWildcard } from './parse-term.ts';
import { refuseBadDefault } from './check-default.ts';
import type { RuleForm } from './check-v1-form.ts';
import type { Place } from '../model/rego-error.ts';
import type { Body, ElseBranch, Rule, ScalarTerm, Term, Written } from './syntax.ts';
import {
  beginsKeywordRef,
  beginsKeywordRule,
  kindAt,
  nameKeywordRef,
  parseError,
  placeAt,
  unexpected,
} from './token-cursor.ts';
import type { Cursor } from './token-cursor.ts';
import { INFIX } from './infix-operators.ts';
import { SIGNATURES } from '../model/builtin-signatures.ts';

/** The rules of one statement (chained bodies make several), and how they are written. */
export interface ReadRules {
  readonly rules: readonly Rule[];
  readonly forms: readonly RuleForm[];
}

/** Reads a rule; the next token must be a name, or `default`. */
export function readRules(cursor: Cursor): ReadRules {
  const at = placeAt(cursor);
  if (kindAt(cursor) === 'default') return readDefault(cursor, at);
  const written = readHead(cursor, false);
  const hasIf = kindAt(cursor) === 'if' && !beginsKeywordRule(cursor);
  if (hasIf) cursor.index += 1;
  if (!hasIf && kindAt(cursor) !== '{') return readBodyless(cursor, written);
  const head = withoutEmptyArgs(written);
  const body = hasIf ? readBodyAfterIf(cursor) : readBlock(cursor);
  return readWithBody(cursor, { head, hasIf, body });
}

/** `f() { … }` is no function: it is `f { … }`, as OPA has it. */
function withoutEmptyArgs(head: Head): Head {
  return head.args?.length === 0 ? { ...head, args: undefined } : head;
}

/** `default p := value`. */
function readDefault(cursor: Cursor, at: Place): ReadRules {
  cursor.index += 1;
  nameKeywordRef(cursor);
  if (kindAt(cursor) !== 'identifier') throw unexpected(cursor, 'expected rule head name');
  const head = withoutEmptyArgs(readHead(cursor, true));
  const value = refuseBadDefault(head, at);
  const written = writtenAs(head, false);
  const rule: Rule = { ...ruleBase(head), value, written, isDefault: true, body: trueBody(at), at };
  const form: RuleForm = { head, at, body: 'none', says: 'value', isMulti: false };
  return { rules: [rule], forms: [form] };
}

/** A rule without a body: `p := 1`, `p contains 1`, `f(x)`, and v0's `p[x]` and `p.q.r`. */
function readBodyless(cursor: Cursor, written: Head): ReadRules {
  refuseGoingOn(cursor);
  if (written.says === undefined) refuseNameAlone(cursor, written);
  const head = withoutEmptyArgs(written);
  const { at, args, path } = head;
  const isMulti = isMultiValue(head, head.says === undefined && path.length === 1);
  const own = { written: writtenAs(head, false), isDefault: false, body: trueBody(at), at };
  const rule = { ...finishHead(head, isMulti), ...own };
  const says = head.says ?? (args === undefined && !isMulti ? undefined : 'value');
  const form: RuleForm = { head, at, body: 'none', says, isMulti };
  return { rules: [rule], forms: [form] };
}

function writtenAs({ says, isAssigned }: Head, hasIf: boolean): Written {
  return { isAssigned, hasValue: says === 'value', hasIf };
}

/** A name that says nothing is no rule. */
function refuseNameAlone(cursor: Cursor, { name, path, args, at }: Head): void {
  const text = textOfRef({ name, path });
  if (args !== undefined && (text === 'print' || Object.hasOwn(SIGNATURES, text))) {
    throw parseError('rule name conflicts with built-in function', at);
  }
  if (args?.length === 0) {
    throw parseError('rule argument list must take at least one argument', at);
  }
  if (args !== undefined || path.length > 0) return;
  if (name.name === 'input' || name.name === 'data') {
    throw parseError('refs cannot be used for rule head', at);
  }
  throw parseError('var cannot be used for rule name', at, futureHint(cursor));
}

/** What cannot stand behind a rule without a body. */
function refuseGoingOn(cursor: Cursor): void {
  const kind = kindAt(cursor);
  if (beginsKeywordRef(cursor)) return;
  if (kind === 'with') {
    const problem = 'expressions using with keyword cannot be used for rule head';
    throw parseError(problem, placeAt(cursor));
  }
  if (kind === ';') {
    throw parseError('multiple expressions cannot be used for rule head', placeAt(cursor));
  }
  if (INFIX.has(kind) || kind === ',' || kind === 'as') {
    throw unexpected(cursor, 'expected :=, =, contains, if, { or a new rule');
  }
}

/** A rule's head and its first body. */
interface WithBody {
  readonly head: Head;
  readonly hasIf: boolean;
  readonly body: Body;
}

function readWithBody(cursor: Cursor, { head, hasIf, body }: WithBody): ReadRules {
  const isMulti = isMultiValue(head, !hasIf && head.path.length === 1);
  const written = writtenAs(head, hasIf);
  const base = { ...finishHead(head, isMulti), written, isDefault: false };
  const form = { head, body: hasIf ? 'if' : 'bare', says: 'value', isMulti } as const;
  const otherwise = readElse(cursor, {
    head,
    isKeyed: isMulti || (!hasIf && head.path.length === 1),
  });
  const first: Rule = { ...base, body, otherwise: otherwise.branches, at: head.at };
  const forms = [{ ...form, at: head.at }, ...otherwise.forms];
  const rules = [first];
  while (kindAt(cursor) === '{') {
    if (otherwise.branches.length > 0) throw unexpected(cursor, 'expected else keyword');
    const at = placeAt(cursor);
    rules.push({ ...chainedBase(cursor, base), body: readBlock(cursor), at });
    forms.push({ ...form, at });
  }
  return { rules, forms };
}

/** The head of a chained rule: equal, but its `_` are other variables. */
function chainedBase<T extends { readonly args?: readonly Term[] }>(cursor: Cursor, base: T): T {
  if (base.args === undefined) return base;
  const args = base.args.map((arg) =>
    arg.kind === 'var' && arg.name.startsWith('$') ? { ...arg, name: nextWildcard(cursor) } : arg,
  );
  return { ...base, args };
}

/** `else := x if { … } else { … }`. */
function readElse(
  cursor: Cursor,
  rule: { readonly head: Head; readonly isKeyed: boolean },
): { readonly branches: readonly ElseBranch[]; readonly forms: readonly RuleForm[] } {
  const branches: ElseBranch[] = [];
  const forms: RuleForm[] = [];
  while (kindAt(cursor) === 'else' && !beginsKeywordRef(cursor)) {
    if (branches.length === 0) refuseElse(rule, placeAt(cursor));
    const { branch, body } = readBranch(cursor);
    branches.push(branch);
    forms.push({ head: rule.head, at: branch.at, body, says: 'value', isMulti: false });
  }
  return { branches, forms };
}

function refuseElse(rule: { readonly head: Head; readonly isKeyed: boolean }, at: Place): void {
  if (!rule.head.path.every(isGround)) {
    throw parseError('else keyword cannot be used on rules with variables in head', at);
  }
  if (rule.isKeyed && rule.head.args === undefined) {
    throw parseError('else keyword cannot be used on multi-value rules', at);
  }
}

/** Tells whether a term has no names in it. */
function isGround(term: Term): boolean {
  if (term.kind === 'array' || term.kind === 'set') return term.items.every(isGround);
  if (term.kind === 'object') return term.entries.flat().every(isGround);
  return term.kind === 'scalar';
}

/** A branch of `else`, and how its body is written. */
interface ReadBranch {
  readonly branch: ElseBranch;
  readonly body: RuleForm['body'];
}

function readBranch(cursor: Cursor): ReadBranch {
  const at = placeAt(cursor);
  cursor.index += 1;
  const kind = kindAt(cursor);
  if (kind === '{' || kind === 'if') return readElseBody(cursor, trueTerm(at), at);
  if (kind !== 'assign' && kind !== 'eq') {
    throw unexpected(cursor, 'expected else value term or rule body');
  }
  cursor.index += 1;
  const { branch, body } = readElseBody(cursor, readExpression(cursor), at);
  return { branch: { ...branch, isAssigned: kind === 'assign' }, body };
}

function readElseBody(cursor: Cursor, value: Term, at: Place): ReadBranch {
  if (kindAt(cursor) === '{') {
    return { branch: { value, body: readBlock(cursor), at }, body: 'bare' };
  }
  if (kindAt(cursor) !== 'if' || beginsKeywordRule(cursor)) {
    return { branch: { value, body: trueBody(at), at }, body: 'none' };
  }
  cursor.index += 1;
  const body = kindAt(cursor) === '{' ? readBlock(cursor) : readBodyAfterIf(cursor);
  return { branch: { value, body, at }, body: 'if' };
}

/** v0's `p[x] { … }` adds to a set, as `contains` does. */
function isMultiValue(head: Head, isOldForm: boolean): boolean {
  return head.says === 'contains' || (isOldForm && head.says === undefined && !head.args);
}

function finishHead(
  head: Head,
  isMulti: boolean,
): Pick<Rule, 'kind' | 'ref' | 'args' | 'value' | 'otherwise' | 'annotations'> {
  const isOldForm = isMulti && head.says !== 'contains';
  const last = head.path.at(-1);
  if (isOldForm && last !== undefined) {
    return {
      ...ruleBase({ ...head, path: head.path.slice(0, -1) }),
      kind: 'contains',
      value: last,
    };
  }
  const value = head.value ?? trueTerm(head.at);
  return { ...ruleBase(head), kind: isMulti ? 'contains' : 'value', value };
}

function ruleBase(
  head: Pick<Head, 'name' | 'path' | 'args'>,
): Pick<Rule, 'kind' | 'ref' | 'args' | 'otherwise' | 'annotations'> {
  const args = head.args === undefined ? {} : { args: head.args };
  return { kind: 'value', ref: refOfHead(head), ...args, otherwise: [], annotations: [] };
}

function trueTerm(at: Place): ScalarTerm {
  return { kind: 'scalar', value: true, at };
}

function trueBody(at: Place): Body {
  return [{ kind: 'term', term: trueTerm(at), negated: false, with: [], at }];
}
