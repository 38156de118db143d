/**
 * A glob as a regular expression of RE2, read as `gobwas/glob` does: `*` and `?` stay between
 * delimiters, `**` crosses them, classes do not know of them, and a brace that is not closed ends
 * with the glob. Outside of braces a comma and a closing brace are themselves.
 */
import { RE2JS } from 're2js';
import { BuiltinFailure } from '../model/builtin.ts';

/** The pattern that matches what a glob does; throws a `BuiltinFailure` for a bad class. */
export function globPattern(glob: string, delimiters: readonly string[]): string {
  return new GlobReader(Array.from(glob), delimiters).pattern();
}

class GlobReader {
  readonly #points: readonly string[];
  readonly #one: string;
  #at = 0;
  #depth = 0;

  constructor(points: readonly string[], delimiters: readonly string[]) {
    this.#points = points;
    this.#one = delimiters.length === 0 ? '.' : `[^${delimiters.map(quoteInClass).join('')}]`;
  }

  pattern(): string {
    const pieces: string[] = [];
    while (this.#at < this.#points.length) pieces.push(this.#piece());
    return `^(?s:${pieces.join('')}${')'.repeat(this.#depth)})$`;
  }

  #take(): string {
    const point = this.#points[this.#at];
    if (point === undefined) throw new BuiltinFailure('unexpected end of input');
    this.#at += 1;
    return point;
  }

  #piece(): string {
    const point = this.#take();
    if (point === '*') return this.#star();
    if (point === '?') return this.#one;
    if (point === '[') return this.#class();
    if (point === '\\') return this.#at < this.#points.length ? RE2JS.quote(this.#take()) : '';
    return this.#brace(point) ?? RE2JS.quote(point);
  }

  #star(): string {
    if (this.#points[this.#at] !== '*') return `${this.#one}*`;
    this.#at += 1;
    return '.*';
  }

  #brace(point: string): string | undefined {
    if (point === '{') {
      this.#depth += 1;
      return '(?:';
    }
    if (this.#depth === 0) return undefined;
    if (point === ',') return '|';
    if (point !== '}') return undefined;
    this.#depth -= 1;
    return ')';
  }

  /** `[abc]`, `[a-z]` and, with `!`, all but these. */
  #class(): string {
    const isNegated = this.#points[this.#at] === '!';
    if (isNegated) this.#at += 1;
    const members = this.#points[this.#at + 1] === '-' ? this.#range() : this.#list();
    if (this.#take() !== ']') throw new BuiltinFailure('expected close range character');
    return `[${isNegated ? '^' : ''}${members}]`;
  }

  #range(): string {
    const low = this.#take();
    this.#at += 1;
    const high = this.#take();
    if ((high.codePointAt(0) ?? 0) < (low.codePointAt(0) ?? 0)) {
      throw new BuiltinFailure(`hi character '${high}' should be greater than lo '${low}'`);
    }
    return `${quoteInClass(low)}-${quoteInClass(high)}`;
  }

  /** Members up to the closing bracket, which stays; a backslash makes the next one a member. */
  #list(): string {
    const members: string[] = [];
    while (this.#at < this.#points.length && this.#points[this.#at] !== ']') {
      const point = this.#take();
      members.push(quoteInClass(point === '\\' ? this.#take() : point));
    }
    if (members.length === 0 && this.#at < this.#points.length) {
      throw new BuiltinFailure('could not parse range');
    }
    return members.join('');
  }
}

function quoteInClass(character: string): string {
  return /[\w\s]/.test(character) || character > '~' ? character : `\\${character}`;
}
