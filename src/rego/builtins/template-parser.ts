/** Reads the pieces of a template into a tree: texts, actions and the blocks that `end` ends. */
import type { TemplatePiece, TemplateToken } from './template-lexer.ts';
import { lexTemplate, templateFailure } from './template-lexer.ts';
import { literalValue } from './template-literals.ts';
import type { TemplateValue } from './template-values.ts';

/** What can stand where a value is wanted; `path` are the fields read from it. */
export type TemplateOperand =
  | { readonly kind: 'literal'; readonly value: TemplateValue }
  | { readonly kind: 'nil' }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'dot'; readonly path: readonly string[] }
  | { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] }
  | { readonly kind: 'nested'; readonly of: TemplatePipeline; readonly path: readonly string[] };

/** Commands, each of which is given the result of the one before it, and where the last goes. */
export interface TemplatePipeline {
  readonly variables: readonly string[];
  readonly isAssignment: boolean;
  readonly commands: readonly (readonly TemplateOperand[])[];
}

/** One piece of a template's tree. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipeline: TemplatePipeline }
  | { readonly kind: 'break' | 'continue' }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: TemplatePipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    };

const MAX_DEPTH = 200;
const MAX_VARIABLES = 1000;
const BLOCKS: ReadonlySet<string> = new Set(['if', 'with', 'range']);
const UNSUPPORTED: ReadonlySet<string> = new Set(['define', 'template', 'block']);

/** Reads a template whose functions have these names; throws a `BuiltinFailure`. */
export function parseTemplate(
  template: string,
  functions: ReadonlySet<string>,
): readonly TemplateNode[] {
  return new TemplateParser(lexTemplate(template), functions).template();
}

class TemplateParser {
  readonly #pieces: readonly TemplatePiece[];
  readonly #functions: ReadonlySet<string>;
  #next = 0;
  #tokens: readonly TemplateToken[] = [];
  #at = 0;
  #depth = 0;
  #loops = 0;
  #variables: string[] = ['$'];

  constructor(pieces: readonly TemplatePiece[], functions: ReadonlySet<string>) {
    this.#pieces = pieces;
    this.#functions = functions;
  }

  template(): readonly TemplateNode[] {
    const nodes = this.#list();
    if (this.#tokens.length === 0) return nodes;
    throw this.#failure(`unexpected {{${this.#tokens[0]?.text}}}`);
  }

  /** Nodes up to `end`, `else` or the end of the template; that action is then the current one. */
  #list(): readonly TemplateNode[] {
    const nodes: TemplateNode[] = [];
    while (this.#next < this.#pieces.length) {
      const piece = this.#pieces[this.#next] as TemplatePiece;
      this.#next += 1;
      if (typeof piece === 'string') {
        if (piece !== '') nodes.push({ kind: 'text', text: piece });
        continue;
      }
      [this.#tokens, this.#at] = [piece, 0];
      if (this.#isName('end') || this.#isName('else')) return nodes;
      nodes.push(this.#action());
    }
    this.#tokens = [];
    return nodes;
  }

  #action(): TemplateNode {
    const { kind, text } = this.#peek();
    if (kind === 'name' && UNSUPPORTED.has(text)) throw this.#failure(`{{${text}}} is not known`);
    if (kind === 'name' && BLOCKS.has(text)) return this.#block();
    if (kind === 'name' && (text === 'break' || text === 'continue')) return this.#leave(text);
    return { kind: 'print', pipeline: this.#pipeline('end', false) };
  }

  #leave(kind: 'break' | 'continue'): TemplateNode {
    if (this.#loops === 0) throw this.#failure(`{{${kind}}} outside {{range}}`);
    this.#at += 1;
    this.#expectEnd(kind);
    return { kind };
  }

  #block(): TemplateNode {
    return this.#nested(() => {
      const kind = this.#take().text as 'if' | 'with' | 'range';
      const [isRange, known] = [kind === 'range', this.#variables.length];
      const pipeline = this.#pipeline('end', isRange);
      this.#loops += isRange ? 1 : 0;
      const body = this.#list();
      this.#loops -= isRange ? 1 : 0;
      const otherwise = this.#otherwise(kind);
      this.#variables.length = known;
      return { kind, pipeline, body, otherwise };
    });
  }

  /** What `else` says; the block is at its `end` afterwards. */
  #otherwise(kind: string): readonly TemplateNode[] {
    if (this.#tokens.length === 0) throw this.#failure('unexpected EOF');
    if (this.#take().text === 'end') {
      this.#expectEnd('end');
      return [];
    }
    if (this.#isName(kind) && kind !== 'range') return [this.#block()];
    this.#expectEnd('else');
    const nodes = this.#list();
    if (!this.#isName('end')) throw this.#failure('expected end; found EOF or another {{else}}');
    this.#at += 1;
    this.#expectEnd('end');
    return nodes;
  }

  #pipeline(closing: string, isRange: boolean): TemplatePipeline {
    const { variables, isAssignment } = this.#declared(isRange);
    const commands = [this.#command()];
    while (this.#isPunctuation('|')) {
      this.#at += 1;
      commands.push(this.#command());
    }
    const found = this.#take();
    if (found.kind !== closing && !(found.kind === 'punctuation' && found.text === closing)) {
      throw this.#failure(`unexpected ${JSON.stringify(found.text)} in command`);
    }
    this.#checkStages(commands);
    if (!isAssignment) this.#variables.push(...variables);
    if (this.#variables.length > MAX_VARIABLES) throw this.#failure('too many variables');
    return { variables, isAssignment, commands };
  }

  #declared(isRange: boolean): { variables: readonly string[]; isAssignment: boolean } {
    const tokens = this.#tokens.slice(this.#at, this.#at + 4);
    const shape = tokens.map(({ kind, text }) => (kind === 'variable' ? '$' : text)).join('');
    const [one, pair] = [/^\$:?=/.test(shape), /^\$,\$:?=/.test(shape)];
    if (!one && !pair) return { variables: [], isAssignment: false };
    if (pair && !isRange) throw this.#failure('too many declarations in command');
    const [first, , third] = tokens as TemplateToken[];
    const variables = [first, ...(pair ? [third] : [])].map((token) => token?.text ?? '');
    return this.#bound(variables, tokens[pair ? 3 : 1]?.text);
  }

  #bound(
    variables: readonly string[],
    sign: string | undefined,
  ): { variables: readonly string[]; isAssignment: boolean } {
    const isAssignment = sign === '=';
    if (isAssignment) variables.forEach((name) => this.#checkVariable(name));
    this.#at += variables.length * 2;
    return { variables, isAssignment };
  }

  /** Only functions take what a pipe brings. */
  #checkStages(commands: readonly (readonly TemplateOperand[])[]): void {
    const wrong = commands.findIndex(
      ([first], index) => index > 0 && (first?.kind === 'literal' || first?.kind === 'nil'),
    );
    if (wrong === -1) return;
    throw this.#failure(`non executable command in pipeline stage ${wrong + 1}`);
  }

  #command(): readonly TemplateOperand[] {
    const operands = [this.#operand()];
    while (this.#isMore()) operands.push(this.#operand());
    return operands;
  }

  #isMore(): boolean {
    const { kind, text, isSpaced } = this.#peek();
    return kind !== 'end' && isSpaced && (kind !== 'punctuation' || text === '(');
  }

  #operand(): TemplateOperand {
    const operand = this.#term();
    const path: string[] = [];
    while (this.#peek().kind === 'field' && !this.#peek().isSpaced) path.push(this.#take().text);
    if (path.length === 0) return operand;
    if ('path' in operand) return { ...operand, path: [...operand.path, ...path] };
    throw this.#failure(`unexpected . after term ${JSON.stringify(path[0])}`);
  }

  #term(): TemplateOperand {
    const token = this.#take();
    switch (token.kind) {
      case 'dot':
        return { kind: 'dot', path: [] };
      case 'field':
        return { kind: 'dot', path: [token.text] };
      case 'variable':
        this.#checkVariable(token.text);
        return { kind: 'variable', name: token.text, path: [] };
      case 'name':
        return this.#named(token.text);
      case 'end':
      case 'punctuation':
        if (token.text === '(') return this.#parenthesized();
        throw this.#failure(
          token.kind === 'end'
            ? 'missing value for command'
            : `unexpected ${JSON.stringify(token.text)} in operand`,
        );
      default:
        return { kind: 'literal', value: literalValue(token) };
    }
  }

  #named(name: string): TemplateOperand {
    if (name === 'nil') return { kind: 'nil' };
    if (name === 'true' || name === 'false') {
      return { kind: 'literal', value: { type: 'bool', value: name === 'true' } };
    }
    if (this.#functions.has(name)) return { kind: 'function', name };
    throw this.#failure(`function ${JSON.stringify(name)} not defined`);
  }

  #parenthesized(): TemplateOperand {
    return this.#nested(() => ({ kind: 'nested', of: this.#pipeline(')', false), path: [] }));
  }

  #nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) throw this.#failure(`more than ${MAX_DEPTH} blocks in each other`);
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #checkVariable(name: string): void {
    if (this.#variables.includes(name)) return;
    throw this.#failure(`undefined variable ${JSON.stringify(name)}`);
  }

  #expectEnd(context: string): void {
    if (this.#take().kind === 'end') return;
    throw this.#failure(`unexpected operand in ${context}`);
  }

  #isName(name: string): boolean {
    const token = this.#tokens[this.#at];
    return token?.kind === 'name' && token.text === name;
  }

  #isPunctuation(text: string): boolean {
    const token = this.#peek();
    return token.kind === 'punctuation' && token.text === text;
  }

  #peek(): TemplateToken {
    return (this.#tokens[this.#at] ?? this.#tokens.at(-1)) as TemplateToken;
  }

  #take(): TemplateToken {
    const token = this.#peek();
    this.#at += 1;
    return token;
  }

  #failure(problem: string): Error {
    const last = this.#pieces.findLast((piece) => typeof piece !== 'string');
    const line = (this.#tokens[this.#at] ?? this.#tokens.at(-1) ?? last?.at(-1))?.line ?? 1;
    return templateFailure(line, problem);
  }
}
