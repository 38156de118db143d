/**
 * Globs with delimiters: `*` stays between them, `**` crosses them. A glob becomes a regular
 * expression of RE2, so that it too takes linear time.
 */
import { RE2JS } from 're2js';
import { BuiltinFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext } from '../builtin.ts';
import type { Value } from '../value.ts';
import { stringMembers } from './operands.ts';
import { isMatch } from './regex-builtins.ts';

/** `glob.match` and `glob.quote_meta`. */
export const globBuiltins: readonly Builtin[] = [
  {
    name: 'glob.match',
    args: ['string', ['null', 'array'], 'string'],
    result: 'boolean',
    call: globMatch,
  },
  {
    name: 'glob.quote_meta',
    args: ['string'],
    result: 'string',
    call: ([text]) => (text as string).replaceAll(/[\\*?[\]{}]/g, String.raw`\$&`),
  },
];

/** No delimiters at all for null, the point for an empty list. */
function globMatch([glob, delimiters, text]: readonly Value[], context: BuiltinContext): Value {
  const given = delimiters === null ? [] : stringMembers(delimiters as Value, 2);
  const used = delimiters !== null && given.length === 0 ? ['.'] : given;
  const wrong = used.find((delimiter) => Array.from(delimiter).length !== 1);
  if (wrong !== undefined)
    throw new BuiltinFailure(`delimiter ${JSON.stringify(wrong)} is not one character`);
  return isMatch(globPattern(glob as string, used), text as string, context);
}

const TOKEN = /\*\*+|\*|\?|\[!?(?:[^\]\\]|\\[^])+\]|\{|\}|,|\\[^]|[^]/gu;

function globPattern(glob: string, delimiters: readonly string[]): string {
  const one = delimiters.length === 0 ? '.' : `[^${delimiters.map(quoteInClass).join('')}]`;
  let depth = 0;
  const pieces = Array.from(glob.matchAll(TOKEN), ([token]) => {
    if (token === '{') depth += 1;
    if (token === '}') depth -= 1;
    if (depth < 0) throw new BuiltinFailure(`unbalanced braces in ${JSON.stringify(glob)}`);
    return pieceOf(token, one, depth);
  });
  if (depth !== 0) throw new BuiltinFailure(`unbalanced braces in ${JSON.stringify(glob)}`);
  return `^(?s:${pieces.join('')})$`;
}

function pieceOf(token: string, one: string, depth: number): string {
  const wildcards: Readonly<Record<string, string>> = {
    '*': `${one}*`,
    '?': one,
    '{': '(?:',
    '}': ')',
  };
  if (token.startsWith('**')) return '.*';
  if (token === ',' && depth > 0) return '|';
  const wildcard = wildcards[token];
  if (wildcard !== undefined) return wildcard;
  if (token.length > 1 && token.startsWith('[')) return classOf(token.slice(1, -1));
  return RE2JS.quote(token.length > 1 && token.startsWith('\\') ? token.slice(1) : token);
}

/** `[abc]`, `[a-z]` and, with `!`, all but these. */
function classOf(body: string): string {
  const isNegated = body.startsWith('!');
  const members = isNegated ? body.slice(1) : body;
  const range = /^(.)-(.)$/su.exec(members);
  const inner = range
    ? `${quoteInClass(range[1] ?? '')}-${quoteInClass(range[2] ?? '')}`
    : Array.from(members.replaceAll(/\\([^])/g, '$1'), quoteInClass).join('');
  return `[${isNegated ? '^' : ''}${inner}]`;
}

function quoteInClass(character: string): string {
  return /[\w\s]/.test(character) || character > '~' ? character : `\\${character}`;
}
