/** A source file as the rules of the house see it: its imports, its exports and what it reaches. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'oxc-parser';
import type { Comment, Node, Program } from 'oxc-parser';

/** One import of any form: static, dynamic, in a type, or a worker's `new URL(…)`. */
export interface SourceImport {
  readonly specifier: string;
  /** The path that a relative specifier means, from the project's root. */
  readonly target: string | undefined;
  /** The names that are taken; `*` stands for the whole module. */
  readonly names: readonly string[];
  readonly line: number;
}

/** An exported name and whether a docstring of its own stands before it. */
export interface SourceExport {
  readonly name: string;
  readonly line: number;
  readonly documented: boolean;
}

/** A use of something that the environment gives: `Date.now`, `fetch`, `new Date()`, `process`. */
export interface Effect {
  readonly name: string;
  readonly line: number;
}

/** One parsed TypeScript file. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly imports: readonly SourceImport[];
  readonly exports: readonly SourceExport[];
  readonly reexports: readonly { readonly specifier: string; readonly line: number }[];
  readonly effects: readonly Effect[];
  readonly topComment: string | undefined;
}

const AMBIENT_CALLS = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'Date']);
const AMBIENT_OBJECTS = new Set(['process', 'performance', 'crypto', 'globalThis', 'navigator']);
const AMBIENT_MEMBERS = new Set(['Date.now', 'Math.random']);

/** Parses one file; `path` is from the project's root. Throws where the text is no TypeScript. */
export function parseSource(path: string, text: string): SourceFile {
  const { program, comments, errors } = parseSync(path, text);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const lineOf = createLineFinder(text);
  const nodes = listNodes(program);
  const locate = (found: readonly Found[]) =>
    found.map(({ start, ...rest }) => ({ ...rest, line: lineOf(start) }));
  const imports = locate(nodes.flatMap(importsOf)).map((one) => ({
    ...one,
    target: resolveImport(path, one.specifier),
  }));
  const context = { text, comments, lineOf };
  return {
    path,
    text,
    imports,
    exports: exportsOf(program, context),
    reexports: imports.filter(({ names }) => names.includes('export')),
    effects: nodes.flatMap(effectsOf).map(({ name, start }) => ({ name, line: lineOf(start) })),
    topComment: topComment(text, comments),
  };
}

/** Reads and parses every file that matches, in the order of their paths. */
export function readSources(root: string, patterns: readonly string[]): readonly SourceFile[] {
  return globSync([...patterns], { cwd: root })
    .toSorted()
    .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8')));
}

interface Found {
  readonly specifier: string;
  readonly names: readonly string[];
  readonly start: number;
}

interface ParseContext {
  readonly text: string;
  readonly comments: readonly Comment[];
  readonly lineOf: (offset: number) => number;
}

function createLineFinder(text: string): (offset: number) => number {
  return (offset) => text.slice(0, offset).split('\n').length;
}

function listNodes(value: unknown): readonly Node[] {
  if (Array.isArray(value)) return value.flatMap(listNodes);
  if (value === null || typeof value !== 'object') return [];
  const children = Object.values(value).flatMap(listNodes);
  return 'type' in value && 'start' in value ? [value as Node, ...children] : children;
}

function resolveImport(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? normalize(join(dirname(path), specifier)) : undefined;
}

function importsOf(node: Node): readonly Found[] {
  const { start } = node;
  switch (node.type) {
    case 'ImportDeclaration': {
      const names = node.specifiers.map(importedName);
      return [{ specifier: node.source.value, names, start }];
    }
    case 'ExportAllDeclaration':
      return [{ specifier: node.source.value, names: ['*', 'export'], start }];
    case 'ExportNamedDeclaration':
      return node.source ? [{ specifier: node.source.value, names: ['export'], start }] : [];
    case 'ImportExpression':
    case 'TSImportType':
      return [{ specifier: literalText(node.source) ?? '(computed)', names: ['*'], start }];
    case 'NewExpression':
      return workerModule(node);
    default:
      return [];
  }
}

function importedName(specifier: Node): string {
  if (specifier.type !== 'ImportSpecifier') return '*';
  return specifier.imported.type === 'Identifier'
    ? specifier.imported.name
    : specifier.imported.value;
}

function workerModule(node: Node & { type: 'NewExpression' }): readonly Found[] {
  if (node.callee.type !== 'Identifier' || node.callee.name !== 'URL') return [];
  const specifier = literalText(node.arguments[0]);
  const isModule = specifier?.startsWith('.') === true && specifier.endsWith('.ts');
  return isModule ? [{ specifier, names: ['*'], start: node.start }] : [];
}

function literalText(node: Node | undefined): string | undefined {
  return node?.type === 'Literal' && typeof node.value === 'string' ? node.value : undefined;
}

function effectsOf(node: Node): readonly { readonly name: string; readonly start: number }[] {
  const name = effectName(node);
  return name === undefined ? [] : [{ name, start: node.start }];
}

function effectName(node: Node): string | undefined {
  if (node.type === 'MemberExpression') return memberEffect(node);
  if (node.type === 'NewExpression' && node.arguments.length === 0) {
    return isNamed(node.callee, 'Date') ? 'new Date()' : undefined;
  }
  if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier') return undefined;
  return AMBIENT_CALLS.has(node.callee.name) ? `${node.callee.name}()` : undefined;
}

function memberEffect(node: Node & { type: 'MemberExpression' }): string | undefined {
  if (node.object.type !== 'Identifier') return undefined;
  const property = node.property.type === 'Identifier' ? node.property.name : '?';
  const name = `${node.object.name}.${property}`;
  return AMBIENT_OBJECTS.has(node.object.name) || AMBIENT_MEMBERS.has(name) ? name : undefined;
}

function isNamed(node: Node, name: string): boolean {
  return node.type === 'Identifier' && node.name === name;
}

function exportsOf(program: Program, context: ParseContext): readonly SourceExport[] {
  const overloads = new Set<string>();
  return program.body.flatMap((node) => {
    if (node.type !== 'ExportNamedDeclaration' || !node.declaration) return [];
    const documented = hasDocstring(node.start, context);
    const names = declaredNames(node.declaration).filter((name) => !overloads.has(name));
    if (node.declaration.type === 'TSDeclareFunction') names.forEach((name) => overloads.add(name));
    return names.map((name) => ({ name, line: context.lineOf(node.start), documented }));
  });
}

function declaredNames(declaration: Node): readonly string[] {
  if (declaration.type === 'VariableDeclaration') {
    return declaration.declarations.map(({ id }) => (id.type === 'Identifier' ? id.name : '{…}'));
  }
  const id = 'id' in declaration ? declaration.id : undefined;
  return id?.type === 'Identifier' ? [id.name] : [];
}

/** A docstring stands right before; line comments for the linter may come between. */
function hasDocstring(start: number, { text, comments }: ParseContext): boolean {
  const before = comments.filter((one) => one.end <= start && !isLinterComment(one));
  const last = before.at(-1);
  if (last === undefined || before.length === 1) return false;
  const between = text.slice(last.end, start).replaceAll(/\/\/ oxlint-.*/g, '');
  return isDocstring(last) && between.trim() === '';
}

function topComment(text: string, comments: readonly Comment[]): string | undefined {
  const first = comments.find((comment) => !isLinterComment(comment));
  if (first === undefined || !isDocstring(first)) return undefined;
  const before = text.slice(0, first.start).replace(/^#!.*/, '');
  return before.trim() === '' ? first.value.replaceAll(/[*\s]+/g, ' ').trim() : undefined;
}

function isLinterComment({ value }: Comment): boolean {
  return /^\s*oxlint-/.test(value);
}

function isDocstring({ type, value }: Comment): boolean {
  return type === 'Block' && value.startsWith('*') && /\w{2}/.test(value);
}
