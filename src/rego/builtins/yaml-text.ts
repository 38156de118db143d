/** Texts as scalars of YAML, as libyaml's emitter chooses and writes them. */
import { plainScalar } from './yaml-scalar.ts';

const BASE_60 = /^[-+]?\d[\d_]*(?::[0-5]?\d)+(?:\.[\d_]*)?$/;
/** What libyaml holds for printable: neither tabs nor marks, nor what lies above U+FFFF. */
const SPECIAL = /[^\n\x20-\x7e\u{a0}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{fffd}]/u;
const LINE_ENDS = /[\n\r\u0085\u2028\u2029]/;
const INDICATORS = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?:\s|$))|: |:$|:\s| #/;

/** A text on one line: plain, in single quotes, or in double ones. */
export function scalarText(text: string): string {
  if (SPECIAL.test(text) || LINE_ENDS.test(text)) return doubleQuoted(text);
  if (!isText(text)) return doubleQuoted(text);
  // libyaml quotes blanks at the ends; other spaces there are none to it, but to other parsers.
  const isPlain = !INDICATORS.test(text) && !/^\s|\s$/.test(text);
  return isPlain ? text : `'${text.replaceAll("'", "''")}'`;
}

/** Tells whether a text without quotes would be read as a text. */
function isText(text: string): boolean {
  if (BASE_60.test(text)) return false;
  try {
    return typeof plainScalar(text) === 'string' && !TIME.test(text) && text !== '<<';
  } catch {
    return false;
  }
}

const TIME = new RegExp(
  [
    String.raw`^\d{4}-\d\d?-\d\d?(?:$|`,
    String.raw`[Tt]\d\d?:\d\d?:\d\d?(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$|`,
    String.raw` \d\d?:\d\d?:\d\d?(?:\.\d+)?$)`,
  ].join(''),
);

/** A text of several lines as a literal block; undefined where it cannot be one. */
export function literalText(text: string, indent: string): string[] | undefined {
  if (!text.includes('\n') || SPECIAL.test(text) || / \n| $/.test(text)) return undefined;
  const hint = /^[ \n]/.test(text) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : /^\n$|\n\n$/.test(text) ? '+' : '';
  const lines = text.replace(/\n$/, '').split('\n');
  return [` |${hint}${chomp}`, ...lines.map((line) => (line === '' ? '' : indent + line))];
}

const NAMED: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
};

function doubleQuoted(text: string): string {
  return `"${Array.from(text.toWellFormed(), quotedCharacter).join('')}"`;
}

function quotedCharacter(character: string): string {
  const name = NAMED[character];
  if (name !== undefined) return `\\${name}`;
  if (!SPECIAL.test(character)) return character;
  const hex = (character.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (hex.length <= 2) return `\\x${hex.padStart(2, '0')}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}
