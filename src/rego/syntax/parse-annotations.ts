/**
 * `# METADATA` blocks: comments that hold YAML, about the statement that follows them. They are
 * brought into OPA's normal form here, as `rego.metadata` answers them.
 */
import { parseDocument } from 'yaml';
import type { YAMLError } from 'yaml';
import { readFields } from './annotation-fields.ts';
import type { AnnotationFields } from './annotation-fields.ts';
import type { Place, RegoError } from '../model/rego-error.ts';
import { MAX_PARSE_ERRORS } from './rego-token.ts';
import type { Comment, Tokens } from './rego-token.ts';
import type { Annotations, Rule } from './syntax.ts';
import { parseError } from './token-cursor.ts';

/** A block that was read, before it is known what it is about. */
interface AnnotationBlock {
  readonly at: Place;
  readonly raw: AnnotationFields;
}

/** A statement that a block may be about. */
interface AnnotatedStatement {
  readonly at: Place;
  readonly sort: string;
  readonly rule?: Rule;
}

/** Most blocks of one source. */
export const MAX_ANNOTATIONS = 10_000;

const SCOPES: readonly string[] = ['rule', 'document', 'package', 'subpackages'];
/** What a scope must be applied to. */
const TARGETS: Readonly<Record<string, string>> = {
  rule: 'rule',
  document: 'rule',
  package: 'package',
  subpackages: 'package',
};

/** Reads all blocks of a source; what is wrong with one stands in `errors`. */
export function readAnnotations(tokens: Tokens): {
  readonly blocks: readonly AnnotationBlock[];
  readonly errors: readonly RegoError[];
} {
  const blocks: AnnotationBlock[] = [];
  const errors: RegoError[] = [];
  const found = findBlocks(tokens.comments);
  if (found.length > MAX_ANNOTATIONS) {
    const problem = `source has more than ${MAX_ANNOTATIONS} METADATA blocks`;
    return { blocks, errors: [parseError(problem, { file: tokens.file, line: 1, column: 1 })] };
  }
  for (const lines of found) {
    const read = readBlock(tokens.file, lines);
    if ('raw' in read) blocks.push(read);
    else errors.push(read);
    if (errors.length >= MAX_PARSE_ERRORS) break;
  }
  return { blocks, errors };
}

/** The comments of each block: those in the first column, line upon line, behind `METADATA`. */
function findBlocks(comments: readonly Comment[]): readonly (readonly Comment[])[] {
  const blocks: Comment[][] = [];
  let block: Comment[] | undefined;
  for (const [index, comment] of comments.entries()) {
    const before = comments[index - 1];
    const follows = before !== undefined && comment.line === before.line + 1;
    if (block !== undefined && follows && comment.column === 1) block.push(comment);
    else {
      block = comment.text.trim().startsWith('METADATA') ? [comment] : undefined;
      if (block !== undefined) blocks.push(block);
    }
  }
  return blocks;
}

function readBlock(file: string, comments: readonly Comment[]): AnnotationBlock | RegoError {
  const [first, ...rest] = comments;
  const at: Place = { file, line: first?.line ?? 1, column: first?.column ?? 1 };
  const text = rest.map((comment) => comment.text.replace(/^ /, '')).join('\n');
  if (text.trim() === '') return parseError('expected METADATA block, found whitespace', at);
  const document = parseDocument(text, { intAsBigInt: true, merge: true, logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem !== undefined) return yamlError(problem, at, rest);
  try {
    return { at, raw: readFields(document.toJS({ mapAsMap: true, maxAliasCount: 100 })) };
  } catch (error) {
    if (error instanceof Error) return parseError(error.message, at);
    throw error;
  }
}

function yamlError(problem: YAMLError, at: Place, comments: readonly Comment[]): RegoError {
  const line = at.line + (problem.linePos?.[0].line ?? 1);
  const message = problem.message.split('\n')[0] ?? 'not YAML';
  return parseError(`yaml: ${message}`, { ...at, line, column: 1 }, yamlHint(comments));
}

/** A colon without a blank behind it is the usual slip. */
function yamlHint(comments: readonly Comment[]): string | undefined {
  const odd = comments.find(({ text }) => /^\s*\w+:[^\s]/.test(text));
  return odd && `on line ${odd.line}, a blank is missing behind the separator ':'`;
}

/** Finds what each block is about: the first statement below it. */
export function attachAnnotations(
  blocks: readonly AnnotationBlock[],
  statements: readonly AnnotatedStatement[],
): {
  readonly annotations: readonly Annotations[];
  readonly byRule: ReadonlyMap<Rule, Rule>;
  readonly errors: readonly RegoError[];
} {
  const annotations: Annotations[] = [];
  const owners = new Map<Rule, Annotations[]>();
  const errors: RegoError[] = [];
  let next = 0;
  for (const block of blocks) {
    while ((statements[next]?.at.line ?? Infinity) <= block.at.line) next += 1;
    const target = statements[next];
    const scope = block.raw.scope ?? defaultScope(target, block.raw.isEntrypoint);
    const problem = scopeProblem(scope, target) ?? entrypointProblem(scope, block.raw);
    if (problem !== undefined) {
      errors.push(parseError(problem, block.at));
      continue;
    }
    const made = makeAnnotations(block, scope as Annotations['scope']);
    annotations.push(made);
    const rule = target?.rule;
    if (rule !== undefined) ownerOf(owners, rule).push(made);
  }
  const byRule = new Map([...owners].map(([rule, own]) => [rule, { ...rule, annotations: own }]));
  return { annotations, byRule, errors };
}

function ownerOf(owners: Map<Rule, Annotations[]>, rule: Rule): Annotations[] {
  const own = owners.get(rule) ?? [];
  owners.set(rule, own);
  return own;
}

function makeAnnotations({ at, raw }: AnnotationBlock, scope: Annotations['scope']): Annotations {
  return { scope, value: { ...raw.fields, scope }, at };
}

function defaultScope(target: AnnotatedStatement | undefined, isEntrypoint: boolean): string {
  if (target === undefined) return '';
  return target.sort === 'rule' && isEntrypoint ? 'document' : target.sort;
}

function scopeProblem(scope: string, target: AnnotatedStatement | undefined): string | undefined {
  const wanted = TARGETS[scope];
  if (wanted === undefined || !SCOPES.includes(scope)) {
    const known = "'rule', 'document', 'package', or 'subpackages'";
    return `invalid annotation scope '${scope}'. Use one of ${known}`;
  }
  if (target?.sort === wanted) return undefined;
  const found = target === undefined ? '' : ` (have ${target.sort})`;
  return `annotation scope '${scope}' must be applied to ${wanted}${found}`;
}

function entrypointProblem(scope: string, raw: AnnotationFields): string | undefined {
  if (!raw.isEntrypoint || scope === 'document' || scope === 'package') return undefined;
  return `annotation entrypoint applied to non-document or package scope '${scope}'`;
}
