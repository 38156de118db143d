/** Literals in templates: strings and characters with Go's escapes, and its numbers. */
import type { TemplateToken } from './template-lexer.ts';
import { templateFailure } from './template-lexer.ts';
import type { TemplateValue } from './template-values.ts';

const ESCAPE =
  /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|([abfnrtv\\'"])|([^]?))/g;
const SINGLE: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const INTEGER = /^([+-]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9]\d*|0)$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const INT64 = 2n ** 63n;
const MAX_DIGITS = 400;

/** The value of a literal; throws a `BuiltinFailure` for a malformed one. */
export function literalValue(token: TemplateToken): TemplateValue {
  if (token.kind === 'raw') return { type: 'string', value: token.text.slice(1, -1) };
  if (token.kind === 'string') return { type: 'string', value: unquote(token) };
  return token.kind === 'char' ? characterValue(token) : numberValue(token);
}

function unquote(token: TemplateToken): string {
  return token.text.slice(1, -1).replaceAll(ESCAPE, (whole, ...groups: (string | undefined)[]) => {
    const [hex, short, long, octal, single] = groups;
    if (single !== undefined) return SINGLE[single] ?? single;
    const digits = hex ?? short ?? long;
    const code = digits === undefined ? parseInt(octal ?? '', 8) : parseInt(digits, 16);
    if (code >= 0 && code <= 0x10ffff) return String.fromCodePoint(code);
    throw templateFailure(token.line, `invalid syntax: ${whole}`);
  });
}

function characterValue(token: TemplateToken): TemplateValue {
  const points = Array.from(unquote(token));
  if (points.length === 1) return { type: 'int', value: BigInt(points[0]?.codePointAt(0) ?? 0) };
  throw templateFailure(token.line, `malformed character constant: ${token.text}`);
}

function numberValue({ text, line }: TemplateToken): TemplateValue {
  const plain = text.length > MAX_DIGITS ? '' : text.replace(/(?<=[\da-fA-F])_(?=[\da-fA-F])/g, '');
  const [, sign, digits = ''] = INTEGER.exec(plain) ?? [];
  if (digits !== '') {
    const size = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
    if (size >= INT64) throw templateFailure(line, 'integer overflow');
    return { type: 'int', value: sign === '-' ? -size : size };
  }
  if (FLOAT.test(plain)) return { type: 'float64', value: Number(plain) };
  throw templateFailure(line, `bad number syntax: ${JSON.stringify(text.slice(0, 100))}`);
}
