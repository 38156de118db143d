/**
 * Splits a template of Go's text/template into texts and the tokens of its actions. Trim markers
 * and comments end here: nobody later sees them.
 * Specification: https://pkg.go.dev/text/template
 */
import { BuiltinFailure } from '../model/builtin.ts';

/** What a token of an action is. */
export type TemplateTokenKind =
  | 'string'
  | 'raw'
  | 'char'
  | 'number'
  | 'field'
  | 'dot'
  | 'variable'
  | 'name'
  | 'punctuation'
  | 'end';

/** A token; fields are written without their dot. */
export interface TemplateToken {
  readonly kind: TemplateTokenKind;
  readonly text: string;
  readonly isSpaced: boolean;
  readonly line: number;
}

/** A text to be printed, or an action: its tokens and an `end` after them. */
export type TemplatePiece = string | readonly TemplateToken[];

const SPACE = /[ \t\r\n]*/y;
const TOKENS: readonly (readonly [TemplateTokenKind, RegExp])[] = [
  ['string', /"(?:[^"\\\n]|\\[^\n])*"/y],
  ['raw', /`[^`]*`/y],
  ['char', /'(?:[^'\\\n]|\\[^\n])+'/uy],
  ['number', /[+-]?(?:\d|\.\d)[\w.]*(?:(?<=\d[eE])[+-]\d+)?/y],
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['dot', /\./y],
  ['variable', /\$[\p{L}\p{Nd}_]*/uy],
  ['name', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['punctuation', /:=|[=|(),]/y],
];

/** Reads a whole template; throws a `BuiltinFailure` for what no template may hold. */
export function lexTemplate(template: string): readonly TemplatePiece[] {
  const pieces: TemplatePiece[] = [];
  const lexer = new TemplateLexer(template);
  for (;;) {
    pieces.push(lexer.text());
    if (lexer.isDone) return pieces;
    const action = lexer.action();
    if (action) pieces.push(action);
  }
}

/** The failure of a template that cannot be read, in Go's form. */
export function templateFailure(line: number, problem: string): BuiltinFailure {
  return new BuiltinFailure(`template: template:${line}: ${problem}`);
}

class TemplateLexer {
  readonly #source: string;
  #at = 0;
  #line = 1;
  #isTrimming = false;

  constructor(source: string) {
    this.#source = source;
  }

  get isDone(): boolean {
    return this.#at >= this.#source.length;
  }

  /** The text up to the next action or the end. */
  text(): string {
    const found = this.#source.indexOf('{{', this.#at);
    const end = found === -1 ? this.#source.length : found;
    const text = this.#source.slice(this.#at, end);
    const left = this.#isTrimming ? text.replace(/^[ \t\r\n]+/, '') : text;
    this.#goTo(end);
    return /^\{\{-[ \t\r\n]/.test(this.#source.slice(end, end + 4)) ? trimEnd(left) : left;
  }

  /** The tokens of the action that begins here; undefined for a comment. */
  action(): readonly TemplateToken[] | undefined {
    this.#goTo(this.#at + 2);
    if (/^-[ \t\r\n]$/.test(this.#source.slice(this.#at, this.#at + 2))) this.#goTo(this.#at + 2);
    if (this.#comment()) return undefined;
    const tokens: TemplateToken[] = [];
    for (;;) {
      const isSpaced = this.#space();
      const isEnd = this.#closing(isSpaced);
      const kind = isEnd ? 'end' : undefined;
      tokens.push(kind ? { kind, text: '}}', isSpaced, line: this.#line } : this.#token(isSpaced));
      if (isEnd) return tokens;
    }
  }

  #comment(): boolean {
    const start = this.#at;
    this.#space();
    if (!this.#source.startsWith('/*', this.#at)) {
      this.#at = start;
      return false;
    }
    const end = this.#source.indexOf('*/', this.#at);
    if (end === -1) throw templateFailure(this.#line, 'unclosed comment');
    this.#goTo(end + 2);
    if (this.#closing(this.#space())) return true;
    throw templateFailure(this.#line, 'comment ends before closing delimiter');
  }

  /** Takes `}}` or `-}}`, if it is next, and notes whether what follows is to be trimmed. */
  #closing(isSpaced: boolean): boolean {
    this.#isTrimming = isSpaced && this.#source.startsWith('-}}', this.#at);
    if (!this.#isTrimming && !this.#source.startsWith('}}', this.#at)) return false;
    this.#at += this.#isTrimming ? 3 : 2;
    return true;
  }

  #space(): boolean {
    SPACE.lastIndex = this.#at;
    const length = SPACE.exec(this.#source)?.[0].length ?? 0;
    this.#goTo(this.#at + length);
    return length > 0;
  }

  #token(isSpaced: boolean): TemplateToken {
    if (this.isDone) throw templateFailure(this.#line, 'unclosed action');
    for (const [kind, pattern] of TOKENS) {
      pattern.lastIndex = this.#at;
      const [found] = pattern.exec(this.#source) ?? [];
      if (found === undefined) continue;
      const line = this.#line;
      this.#goTo(this.#at + found.length);
      return { kind, text: kind === 'field' ? found.slice(1) : found, isSpaced, line };
    }
    const character = String.fromCodePoint(this.#source.codePointAt(this.#at) ?? 0);
    throw templateFailure(this.#line, `unexpected ${JSON.stringify(character)} in action`);
  }

  #goTo(end: number): void {
    for (let at = this.#at; at < end; at += 1) {
      if (this.#source.charCodeAt(at) === 0x0a) this.#line += 1;
    }
    this.#at = end;
  }
}

function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n'.includes(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}
