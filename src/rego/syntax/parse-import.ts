/** `package` and `import`, and the keywords that an import brings into a v0 source. */
import { nameOfTerm, readVar } from './parse-term.ts';
import type { Place } from '../model/rego-error.ts';
import { FUTURE_KEYWORDS, isKeyword, isOldKeyword } from './rego-token.ts';
import type { Import, Term } from './syntax.ts';
import { beginsKeywordRef, kindAt, parseError, placeAt, take, unexpected } from './token-cursor.ts';
import type { Cursor } from './token-cursor.ts';

const ROOTS: readonly string[] = ['data', 'future', 'input', 'rego'];

/** A path of names: `a.b["c"]`. */
interface NamePath {
  readonly names: readonly string[];
  readonly at: Place;
}

/** `package a.b["c"]`: the names below `data`. */
export function readPackage(cursor: Cursor): NamePath {
  const at = placeAt(cursor);
  cursor.index += 1;
  return { names: readPath(cursor).names, at };
}

/** `import data.lib.x as y`; an import of keywords makes them keywords from here on. */
export function readImport(cursor: Cursor): Import {
  const at = placeAt(cursor);
  cursor.index += 1;
  const path = readPath(cursor);
  const [root = ''] = path.names;
  if (!ROOTS.includes(root)) {
    const problem = `unexpected import path, must begin with one of: {${ROOTS.join(', ')}}`;
    const hint = 'if this is unexpected, try updating OPA';
    throw parseError(`${problem}, got: ${root}`, path.at, hint);
  }
  const hasAlias = !beginsKeywordRef(cursor) && take(cursor, 'as');
  const alias = hasAlias ? readAlias(cursor) : undefined;
  if (root === 'rego') importVersion(cursor, { path, alias });
  else if (root === 'future') importKeywords(cursor, { path, alias });
  if (alias === undefined && root !== 'future') refuseKeywordName(cursor, path);
  return { path: path.names, alias, at };
}

function readPath(cursor: Cursor): NamePath {
  const kind = kindAt(cursor);
  if (kind !== 'identifier' && !isKeyword(kind)) throw unexpected(cursor, 'expected path');
  cursor.tokens.kinds[cursor.index] = 'identifier';
  const at = placeAt(cursor);
  const term = cursor.grammar.term(cursor);
  if (term.kind === 'var') return { names: [term.name], at };
  if (term.kind !== 'ref' || term.head.kind !== 'var') {
    throw parseError(`unexpected ${nameOfTerm(term)} token: expecting var`, at);
  }
  return { names: [term.head.name, ...term.path.map(nameOfPart)], at };
}

function nameOfPart(part: Term): string {
  if (part.kind === 'scalar' && typeof part.value === 'string') return part.value;
  throw parseError(`unexpected ${nameOfTerm(part)} token: expecting string`, part.at);
}

function readAlias(cursor: Cursor): string {
  if (kindAt(cursor) !== 'identifier') throw unexpected(cursor, 'expected var');
  return readVar(cursor).name;
}

/** A name that is a keyword could not be used: such an import needs an alias. */
function refuseKeywordName(cursor: Cursor, path: NamePath): void {
  const name = path.names.at(-1) ?? '';
  const isTaken = cursor.version === 'v1' ? isKeyword(name) : isOldKeyword(name);
  if (!isTaken) return;
  const problem = `unexpected import path, must not end with a keyword, got: ${name}`;
  throw parseError(problem, path.at, 'import a different path or use an alias');
}

/** What an import of words says. */
interface WordImport {
  readonly path: NamePath;
  readonly alias: string | undefined;
}

function importVersion(cursor: Cursor, { path, alias }: WordImport): void {
  if (path.names.length !== 2 || path.names[1] !== 'v1') {
    throw parseError(`invalid import \`${path.names.join('.')}\`, must be \`rego.v1\``, path.at);
  }
  if (cursor.version === 'v1') return;
  if (alias !== undefined) throw parseError('`rego` imports cannot be aliased', path.at);
  enableKeywords(cursor, FUTURE_KEYWORDS);
}

function importKeywords(cursor: Cursor, { path, alias }: WordImport): void {
  const [, keywords, word] = path.names;
  if (keywords !== 'keywords') {
    throw parseError('invalid import, must be `future.keywords`', path.at);
  }
  if (alias !== undefined) throw parseError('`future` imports cannot be aliased', path.at);
  if (path.names.length > 3 || (word !== undefined && !isFuture(word))) {
    const known = FUTURE_KEYWORDS.join(' ');
    throw parseError(`unexpected keyword, must be one of [${known}]`, path.at);
  }
  if (word === undefined) return enableKeywords(cursor, FUTURE_KEYWORDS);
  enableKeywords(cursor, word === 'every' ? ['every', 'in'] : [word]);
}

function isFuture(word: string): word is (typeof FUTURE_KEYWORDS)[number] {
  return (FUTURE_KEYWORDS as readonly string[]).includes(word);
}

/** Makes words keywords in what was not read yet; in v1 they are already. */
function enableKeywords(cursor: Cursor, words: readonly (typeof FUTURE_KEYWORDS)[number][]): void {
  const { kinds, texts } = cursor.tokens;
  const added = words.filter((word) => !cursor.imported.has(word));
  if (cursor.version === 'v1' || added.length === 0) return;
  for (const word of added) cursor.imported.add(word);
  for (let index = cursor.index; index < kinds.length; index += 1) {
    const word = added.find((known) => known === texts[index]);
    if (word !== undefined && kinds[index] === 'identifier') kinds[index] = word;
  }
}
