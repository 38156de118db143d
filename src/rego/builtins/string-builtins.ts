/** Strings. Positions and lengths count code points, as Rego's do. */
import { BuiltinFailure, operandFailure } from '../builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../builtin.ts';
import { isWhole } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import { sortedPairs } from '../value.ts';
import type { ObjectValue, Value } from '../value.ts';
import { truncate } from './arithmetic-builtins.ts';
import { goFormat } from './go-format.ts';
import { smallIntegerOperand, stringMembers } from './operands.ts';

type Text = (...texts: string[]) => Value;

const LIST: OperandType = ['array', 'set'];
const ONE_OR_MORE: OperandType = ['string', 'set', 'array'];
/** What Go's unicode.IsSpace names, beyond which `trim_space` cuts nothing. */
const SPACES = '\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000';
const OUTER_SPACES = new RegExp(`^[${SPACES}]+|[${SPACES}]+$`, 'g');
const ASCII = /^[\0-\x7f]*$/;
const BASES: readonly Value[] = [2, 8, 10, 16];

/** The builtins over strings, `sprintf` and `format_int` among them. */
export const stringBuiltins: readonly Builtin[] = [
  text('contains', 'boolean', (whole, part) => whole.includes(part)),
  text('startswith', 'boolean', (whole, start) => whole.startsWith(start)),
  text('endswith', 'boolean', (whole, end) => whole.endsWith(end)),
  text('lower', 'string', (value) => eachPoint(value, lowerPoint)),
  text('upper', 'string', (value) => eachPoint(value, upperPoint)),
  text('trim', 'string', (value, cut) => trimEnd(trimStart(value, cut), cut)),
  text('trim_left', 'string', trimStart),
  text('trim_right', 'string', trimEnd),
  text('trim_prefix', 'string', (value, start) =>
    value.startsWith(start) ? value.slice(start.length) : value,
  ),
  text('trim_suffix', 'string', (value, end) =>
    value.endsWith(end) ? value.slice(0, value.length - end.length) : value,
  ),
  text('trim_space', 'string', (value) => value.replaceAll(OUTER_SPACES, '')),
  text('strings.reverse', 'string', (value) => Array.from(value).reverse().join('')),
  text('split', 'array', (value, separator) =>
    separator === '' ? Array.from(value) : value.split(separator),
  ),
  text('indexof', 'number', (value, part) => indexOf(value, needle(part))),
  text('indexof_n', 'array', (value, part) => allIndexes(value, needle(part))),
  text('strings.count', 'number', (value, part) =>
    part === '' ? Array.from(value).length + 1 : value.split(part).length - 1,
  ),
  { name: 'concat', args: ['string', LIST], result: 'string', call: concat },
  { name: 'replace', args: ['string', 'string', 'string'], result: 'string', call: replace },
  { name: 'strings.replace_n', args: ['object', 'string'], result: 'string', call: replaceMany },
  { name: 'substring', args: ['string', 'number', 'number'], result: 'string', call: substring },
  { name: 'format_int', args: ['number', 'number'], result: 'string', call: formatInteger },
  { name: 'sprintf', args: ['string', 'array'], result: 'string', call: sprintf },
  anyMatch('strings.any_prefix_match', (whole, part) => whole.startsWith(part)),
  anyMatch('strings.any_suffix_match', (whole, part) => whole.endsWith(part)),
];

/** A builtin whose operands are all strings. */
function text(name: string, result: OperandType, call: Text): Builtin {
  const args: readonly OperandType[] = Array.from({ length: call.length }, () => 'string' as const);
  return { name, args, result, call: (texts) => call(...(texts as readonly string[])) };
}

/** Go changes case point by point: `ß` stays, and a sigma knows no end of a word. */
function eachPoint(value: string, change: (point: string) => string): string {
  return ASCII.test(value) ? change(value) : Array.from(value, change).join('');
}

function lowerPoint(point: string): string {
  const lower = point.toLowerCase();
  return lower.length > point.length ? lower.slice(0, point.length) : lower;
}

function upperPoint(point: string): string {
  const upper = point.toUpperCase();
  return upper.length > point.length ? point : upper;
}

function trimStart(value: string, cut: string): string {
  const [points, cutset] = [Array.from(value), new Set(cut)];
  const start = points.findIndex((point) => !cutset.has(point));
  return start === -1 ? '' : points.slice(start).join('');
}

function trimEnd(value: string, cut: string): string {
  const [points, cutset] = [Array.from(value), new Set(cut)];
  return points.slice(0, points.findLastIndex((point) => !cutset.has(point)) + 1).join('');
}

function needle(part: string): string {
  if (part === '') throw new BuiltinFailure('empty search character');
  return part;
}

/** The position of the first occurrence in code points, or -1. */
function indexOf(value: string, part: string): number {
  const unit = value.indexOf(part);
  return unit === -1 ? -1 : Array.from(value.slice(0, unit)).length;
}

/** The positions of all occurrences, overlapping ones too. */
function allIndexes(value: string, part: string): number[] {
  const found: number[] = [];
  let [unit, points] = [0, 0];
  for (let next = value.indexOf(part); next !== -1; next = value.indexOf(part, next + 1)) {
    points += Array.from(value.slice(unit, next)).length;
    unit = next;
    found.push(points);
  }
  return found;
}

function concat([separator, list]: readonly Value[], context: BuiltinContext): string {
  const parts = stringMembers(list as Value, 2);
  const size = parts.reduce((sum, part) => sum + part.length + (separator as string).length, 0);
  context.allocate(size * 2);
  return parts.join(separator as string);
}

function replace(args: readonly Value[], context: BuiltinContext): string {
  const [value, old, fresh] = args as readonly [string, string, string];
  const times = old === '' ? value.length + 1 : value.split(old).length - 1;
  context.charge(times);
  context.allocate((value.length + times * fresh.length) * 2);
  return old === ''
    ? [fresh, ...Array.from(value).flatMap((point) => [point, fresh])].join('')
    : value.replaceAll(old, () => fresh);
}

/** At each position the first pattern in sorted order that matches is replaced. */
function replaceMany([patterns, value]: readonly Value[], context: BuiltinContext): string {
  const pairs = sortedPairs(patterns as ObjectValue).map(replacement);
  const [source, parts] = [value as string, [] as string[]];
  let at = 0;
  while (at <= source.length) {
    const found = pairs.find(([old]) => source.startsWith(old, at));
    context.charge(1 + pairs.length / 8);
    const step = found?.[0].length || 1;
    if (found) parts.push(found[1]);
    if (!found?.[0]) parts.push(source.slice(at, at + 1));
    context.allocate((found?.[1].length ?? 1) * 2);
    at += step;
  }
  return parts.join('');
}

function replacement([old, fresh]: readonly [Value, Value]): readonly [string, string] {
  if (typeof old !== 'string') throw operandFailure(1, 'non-string key found in pattern object');
  if (typeof fresh !== 'string')
    throw operandFailure(1, 'non-string value found in pattern object');
  return [old, fresh];
}

/** A negative length means the rest. */
function substring([value, offset, length]: readonly Value[]): string {
  const [start, count] = [
    smallIntegerOperand(offset as Value, 2),
    smallIntegerOperand(length as Value, 3),
  ];
  if (start < 0) throw new BuiltinFailure('negative offset');
  const points = Array.from(value as string);
  return points.slice(start, count < 0 ? undefined : start + count).join('');
}

function formatInteger([value, base]: readonly Value[]): string {
  if (!BASES.includes(base as Value)) throw operandFailure(2, 'must be one of {2, 8, 10, 16}');
  const whole = truncate(value as RegoNumber);
  if (!isWhole(whole)) throw operandFailure(1, 'must be a number of at most 309 digits');
  return whole.toString(base as number);
}

function sprintf([format, args]: readonly Value[], context: BuiltinContext): string {
  return goFormat(format as string, args as readonly Value[], (size) => context.allocate(size * 2));
}

function anyMatch(name: string, test: (whole: string, part: string) => boolean): Builtin {
  return {
    name,
    args: [ONE_OR_MORE, ONE_OR_MORE],
    result: 'boolean',
    call: ([wholes, parts], context) => {
      const [all, wanted] = [oneOrMore(wholes as Value, 1), oneOrMore(parts as Value, 2)];
      context.charge(all.length * wanted.length);
      return all.some((whole) => wanted.some((part) => test(whole, part)));
    },
  };
}

function oneOrMore(value: Value, position: number): readonly string[] {
  return typeof value === 'string' ? [value] : stringMembers(value, position);
}
