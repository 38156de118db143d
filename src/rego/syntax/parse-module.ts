/**
 * Source text to a syntax tree: the public doors of the parser. An error does not end the reading:
 * it goes on at the next line that is indented no more, so that one run tells all of them.
 */
import { type RuleForm, checkForms } from './check-v1-form.ts';
import { lexRego } from './lex-rego.ts';
import { attachAnnotations, readAnnotations } from './parse-annotations.ts';
import { futureHint, readBody, readStatement, readTemplatePart } from './parse-body.ts';
import { refuseNoHead } from './parse-head.ts';
import { readImport, readPackage } from './parse-import.ts';
import { readExpression } from './parse-infix.ts';
import { readRules } from './parse-rule.ts';
import { readTerm } from './parse-term.ts';
import { RegoError, RegoErrors } from '../model/rego-error.ts';
import type { Place } from '../model/rego-error.ts';
import { MAX_PARSE_ERRORS } from './rego-token.ts';
import type { TokenKind } from './rego-token.ts';
import { hintOfToken } from './syntax-hints.ts';
import type { Body, Import, Module, RegoVersion, Rule, Statement, Term } from './syntax.ts';
import { kindAt, nameKeywordRef, parseError, placeAt, take, unexpected } from './token-cursor.ts';
import type { Cursor, Grammar } from './token-cursor.ts';

/** One source of a policy. */
export interface ModuleSource {
  readonly file: string;
  readonly text: string;
  readonly version: RegoVersion;
}

const GRAMMAR: Grammar = { term: readTerm, body: readBody, templatePart: readTemplatePart };
const BEGINNINGS: ReadonlySet<TokenKind> = new Set(['identifier', 'default', 'import', 'package']);
const ENDINGS: ReadonlySet<TokenKind> = new Set(['}', ']', ')', ',', 'else']);

/** What was read of a module so far. */
interface Draft {
  package: { readonly names: readonly string[]; readonly at: Place } | undefined;
  /** Where each statement stands, with the rule that it is. */
  readonly statements: { readonly at: Place; readonly rule?: Rule; readonly sort: string }[];
  readonly imports: Import[];
  readonly rules: Rule[];
  readonly errors: RegoError[];
  readonly forms: RuleForm[];
}

/** Reads a module; throws `RegoErrors` with all that is wrong, in the order of their places. */
export function parseModule(source: ModuleSource): Module {
  const cursor = openSource(source);
  const draft: Draft = {
    package: undefined,
    statements: [],
    imports: [],
    rules: [],
    errors: [],
    forms: [],
  };
  while (kindAt(cursor) !== 'eof' && draft.errors.length < MAX_PARSE_ERRORS) {
    const start = cursor.index;
    // What the statement before was as deep as says nothing of this one.
    cursor.tallest = 0;
    try {
      readTopLevel(cursor, draft);
    } catch (error) {
      keepError(cursor, draft.errors, { error, start });
      recover(cursor, start);
    }
  }
  return finishModule(cursor, draft, source);
}

/** Reads a query: statements, divided by `;` or newlines. Throws `RegoErrors`. */
export function parseQuery(text: string, options: Partial<ModuleSource> = {}): Body {
  const cursor = openSource({ file: '', version: 'v1', ...options, text });
  return readWhole(cursor, () => {
    if (kindAt(cursor) === 'eof') throw unexpected(cursor, 'expected a query');
    const body: Statement[] = [];
    while (kindAt(cursor) !== 'eof') {
      body.push(readStatement(cursor));
      const isDone = take(cursor, ';') ? kindAt(cursor) === 'eof' : !endsStatement(cursor);
      if (isDone) throw unexpected(cursor, 'expected \\n or ; or a statement', futureHint(cursor));
    }
    return body;
  });
}

/** Reads one term, such as an input that is written in Rego. Throws `RegoErrors`. */
export function parseTerm(text: string, options: Partial<ModuleSource> = {}): Term {
  const cursor = openSource({ file: '', version: 'v1', ...options, text });
  return readWhole(cursor, () => {
    const term = readExpression(cursor);
    if (kindAt(cursor) !== 'eof') throw unexpected(cursor, 'expected the end of the term');
    return term;
  });
}

function endsStatement(cursor: Cursor): boolean {
  return kindAt(cursor) === 'eof' || cursor.tokens.gaps[cursor.index] === '\n';
}

function openSource({ file, text, version }: ModuleSource): Cursor {
  const tokens = lexRego(file, text, version);
  const start = { index: 0, depth: 0, tallest: 0, wildcards: 0 };
  return { tokens, version, grammar: GRAMMAR, ...start, imported: new Set() };
}

function readWhole<T>(cursor: Cursor, read: () => T): T {
  const errors: RegoError[] = [];
  try {
    const result = read();
    if (cursor.tokens.errors.length === 0) return result;
  } catch (error) {
    keepError(cursor, errors, { error, start: 0 });
  }
  throw sorted([...cursor.tokens.errors, ...errors]);
}

/** Keeps an error of syntax; of an illegal token the lexer has told already. */
function keepError(cursor: Cursor, errors: RegoError[], { error, start }: Caught): void {
  if (!(error instanceof RegoError)) throw error;
  if (kindAt(cursor) !== 'illegal') errors.push(withHint(cursor, error, start));
}

/** What was thrown by the statement that begins at a token. */
interface Caught {
  readonly error: unknown;
  readonly start: number;
}

function withHint(cursor: Cursor, error: RegoError, start: number): RegoError {
  const { code, message, at } = error;
  const hint = hintOfToken(cursor.tokens, cursor.index, start);
  if (error.hint !== undefined || hint === undefined || at === undefined) return error;
  return new RegoError(code, message, { at, hint });
}

/**
 * Goes to the next line that may begin a statement: it is indented no more than the wrong one. The
 * line that the reading stopped at may begin with anything; what lies behind is less certain.
 */
function recover(cursor: Cursor, start: number): void {
  const indent = cursor.tokens.columns[start] ?? 1;
  cursor.depth = 0;
  cursor.tallest = 0;
  if (cursor.index > start && beginsLine(cursor, indent) && !ENDINGS.has(kindAt(cursor))) return;
  cursor.index = Math.max(cursor.index, start + 1);
  while (kindAt(cursor) !== 'eof') {
    if (beginsLine(cursor, indent) && BEGINNINGS.has(kindAt(cursor))) return;
    cursor.index += 1;
  }
}

function beginsLine(cursor: Cursor, indent: number): boolean {
  const { columns, gaps } = cursor.tokens;
  return gaps[cursor.index] === '\n' && (columns[cursor.index] ?? 1) <= indent;
}

function readTopLevel(cursor: Cursor, draft: Draft): void {
  const at = placeAt(cursor);
  nameKeywordRef(cursor);
  const kind = kindAt(cursor);
  if (draft.package === undefined && draft.errors.length === 0 && kind !== 'package') {
    draft.errors.push(parseError('package expected', at));
    draft.package = { names: [], at };
  }
  if (kind === 'package') readPackageInto(cursor, draft);
  else if (kind === 'import') {
    const read = readImport(cursor);
    draft.imports.push(read);
    draft.statements.push({ at, sort: 'import' });
  } else if (kind === 'identifier' || kind === 'default' || kind === 'contains') {
    readRulesInto(cursor, draft);
  } else refuseNoHead(cursor);
}

function readPackageInto(cursor: Cursor, draft: Draft): void {
  const read = readPackage(cursor);
  if (draft.package !== undefined) throw parseError('unexpected package', read.at);
  draft.package = read;
  draft.statements.push({ at: read.at, sort: 'package' });
}

function readRulesInto(cursor: Cursor, draft: Draft): void {
  const { rules, forms } = readRules(cursor);
  for (const rule of rules) {
    draft.rules.push(rule);
    draft.statements.push({ at: rule.at, rule, sort: 'rule' });
  }
  for (const form of forms) draft.forms.push(form);
}

function finishModule(cursor: Cursor, draft: Draft, source: ModuleSource): Module {
  const { imports, statements } = draft;
  const isV1 = source.version === 'v1' || imports.some(({ path }) => path[0] === 'rego');
  const annotations = readAnnotations(cursor.tokens);
  const errors = [...cursor.tokens.errors, ...draft.errors, ...annotations.errors];
  if (isV1) errors.push(...checkForms(draft.forms));
  if (errors.length === 0 && statements.length === 0) {
    errors.push(parseError('empty module', placeAt(cursor)));
  }
  const attached = attachAnnotations(annotations.blocks, statements);
  errors.push(...attached.errors);
  if (errors.length > 0 || draft.package === undefined) throw sorted(errors);
  return {
    file: source.file,
    package: draft.package.names,
    packageAt: draft.package.at,
    imports,
    rules: draft.rules.map((rule) => attached.byRule.get(rule) ?? rule),
    annotations: attached.annotations,
    version: isV1 ? 'v1' : 'v0',
  };
}

function sorted(errors: readonly RegoError[]): RegoErrors {
  const place = ({ at }: RegoError): number => (at ? at.line * 1e6 + at.column : 0);
  const list = [...errors].sort((a, b) => place(a) - place(b));
  return new RegoErrors(list.slice(0, MAX_PARSE_ERRORS));
}
