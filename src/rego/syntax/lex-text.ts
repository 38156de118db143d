/**
 * Strings, raw strings and template strings. A template string is cut at its braces: the text up to
 * `{` is one token, what stands within the braces are tokens of their own, and the `}` that closes
 * them begins the next text. A template string without braces is a string.
 */
import { beginToken, endToken, failToken } from './rego-scanner.ts';
import type { Scanner } from './rego-scanner.ts';
import { hintOfCharacter, hintOfText } from './syntax-hints.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const QUOTE = 34;
const BACKSLASH = 92;
const BRACE = 123;
const NEWLINE = 10;
/** So much of a wrong text is shown. */
const MAX_SHOWN = 60;
const HEX = /^[0-9a-fA-F]{4}$/;

/** A text that was read up to its end or to a brace. */
interface ScannedText {
  readonly text: string;
  readonly end: 'quote' | 'brace' | 'problem';
  readonly problem?: string;
}

/** `"text"` or `` `text` ``. */
export function scanText(scanner: Scanner): void {
  beginToken(scanner);
  const quote = scanner.text[scanner.offset] ?? '';
  scanner.offset += 1;
  const found = scanUpTo(scanner, quote, false);
  if (found.problem === undefined) endToken(scanner, 'string', found.text);
  else failToken(scanner, found.problem, hintOfText(found.problem, quote));
}

/** `$"text{`, `` $`text{ ``, `}text{` or `}text"`. */
export function scanTemplate(scanner: Scanner): void {
  beginToken(scanner);
  const { text, offset, quotes } = scanner;
  const isFirst = text[offset] === '$';
  const quote = isFirst ? text[offset + 1] : quotes.at(-1);
  scanner.offset += 1;
  if (quote !== '"' && quote !== '`') {
    return failToken(scanner, 'illegal $ character', hintOfCharacter('$'));
  }
  if (isFirst) beginTemplate(scanner, quote);
  const found = scanUpTo(scanner, quote, true);
  if (found.end !== 'brace') endTemplate(scanner);
  if (found.problem !== undefined) {
    return failToken(scanner, found.problem, hintOfText(found.problem, quote));
  }
  if (found.end === 'brace') endToken(scanner, 'template-string-part', found.text);
  else endToken(scanner, isFirst ? 'string' : 'template-string-end', found.text);
}

function beginTemplate(scanner: Scanner, quote: string): void {
  scanner.offset += 1;
  scanner.open.push(scanner.tokens.kinds.length);
  scanner.quotes.push(quote);
}

function endTemplate(scanner: Scanner): void {
  const opened = scanner.open.pop();
  scanner.quotes.pop();
  const index = scanner.tokens.kinds.length;
  if (opened !== undefined && opened < index) scanner.tokens.partners[opened] = index;
}

function scanUpTo(scanner: Scanner, quote: string, isTemplate: boolean): ScannedText {
  return quote === '"' ? scanEscaped(scanner, isTemplate) : scanRaw(scanner, isTemplate);
}

/** The rest of a text in double quotes; a problem does not end it, so that its end is found. */
function scanEscaped(scanner: Scanner, isTemplate: boolean): ScannedText {
  const { text, offset: start } = scanner;
  let problem: string | undefined;
  let done = '';
  let from = start;
  for (let end = skipPlain(scanner, isTemplate); end !== 'quote' && end !== 'brace';) {
    if (end === 'line') return { text: '', end: 'problem', problem: 'non-terminated string' };
    done += text.slice(from, scanner.offset);
    const escape = readEscape(scanner, isTemplate);
    problem ??= escape.problem;
    done += escape.text;
    from = scanner.offset;
    end = skipPlain(scanner, isTemplate);
  }
  const whole = text.slice(start, scanner.offset);
  const end = text[scanner.offset] === '"' ? 'quote' : 'brace';
  if (from === start) return endText(scanner, { text: whole, end });
  const isIllegal = problem === '' || /[\u0000-\u001f]/.test(whole);
  if (isIllegal) problem = `illegal string literal: "${shortened(whole)}"`;
  const result = (done + text.slice(from, scanner.offset)).toWellFormed();
  return endText(
    scanner,
    problem === undefined ? { text: result, end } : { text: '', end, problem },
  );
}

function shortened(text: string): string {
  return text.length <= MAX_SHOWN ? text : `${text.slice(0, MAX_SHOWN)}…`;
}

function endText(scanner: Scanner, text: ScannedText): ScannedText {
  scanner.offset += 1;
  return text;
}

/** Steps over characters that stand for themselves; answers what stopped it. */
function skipPlain(scanner: Scanner, isTemplate: boolean): 'quote' | 'brace' | 'escape' | 'line' {
  const { text } = scanner;
  for (;;) {
    const code = text.charCodeAt(scanner.offset);
    if (code === QUOTE) return 'quote';
    if (code === BACKSLASH) return 'escape';
    if (code === BRACE && isTemplate) return 'brace';
    if (code === NEWLINE || Number.isNaN(code)) return 'line';
    if (code >= 0xd800 && code < 0xdc00) scanner.lineStart += 1;
    scanner.offset += 1;
  }
}

/** What an escape stands for; an empty problem means the whole text is named as illegal. */
function readEscape(
  scanner: Scanner,
  isTemplate: boolean,
): { readonly text: string; readonly problem?: string } {
  const { text, offset } = scanner;
  const char = text[offset + 1] ?? '';
  if (char === 'u') {
    const digits = text.slice(offset + 2, offset + 6);
    const isHex = HEX.test(digits);
    scanner.offset += isHex ? 6 : 2;
    return isHex
      ? { text: String.fromCharCode(Number.parseInt(digits, 16)) }
      : { text: '', problem: '' };
  }
  if (isTemplate && char === '{') {
    scanner.offset += 2;
    return { text: '{' };
  }
  const escaped = ESCAPES[char];
  scanner.offset += escaped === undefined ? 1 : 2;
  return escaped === undefined
    ? { text: '', problem: 'illegal escape sequence' }
    : { text: escaped };
}

/** The rest of a text in backquotes: of all escapes only a template's `\{`. */
function scanRaw(scanner: Scanner, isTemplate: boolean): ScannedText {
  const { text } = scanner;
  let done = '';
  let from = scanner.offset;
  for (; scanner.offset < text.length; stepOver(scanner)) {
    const char = text[scanner.offset];
    if (char === '`' || (isTemplate && char === '{')) {
      const result = done + text.slice(from, scanner.offset);
      return endText(scanner, { text: result, end: char === '`' ? 'quote' : 'brace' });
    }
    if (isTemplate && char === '\\' && text[scanner.offset + 1] === '{') {
      done += text.slice(from, scanner.offset);
      scanner.offset += 1;
      from = scanner.offset;
    }
  }
  return { text: '', end: 'problem', problem: 'non-terminated string' };
}

/** One character of a text of many lines; two units of UTF-16 are one column. */
function stepOver(scanner: Scanner): void {
  const code = scanner.text.charCodeAt(scanner.offset);
  scanner.offset += 1;
  if (code >= 0xd800 && code < 0xdc00) scanner.lineStart += 1;
  if (code !== NEWLINE) return;
  scanner.line += 1;
  scanner.lineStart = scanner.offset;
}
