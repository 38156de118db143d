/**
 * Strings. Positions and lengths count code points, as Rego's do. Each call costs steps by the
 * length of its operands, and bytes by the length of what it gives.
 */
import { BuiltinFailure, operandFailure } from '../model/builtin.ts';
import type { Builtin, BuiltinContext, OperandType } from '../model/builtin.ts';
import { isRegoNumber, wholeOf } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { BYTES_PER_MEMBER } from '../model/meter.ts';
import { sortedPairs } from '../model/value.ts';
import type { ObjectValue, Value } from '../model/value.ts';
import { truncate } from './arithmetic-builtins.ts';
import { goArgument } from './go-argument.ts';
import type { GoArgument } from './go-argument.ts';
import { goFormat } from './go-format.ts';
import { spendOnFloats } from './number-cost.ts';
import { smallIntegerOperand, stringMembers } from './operands.ts';
import {
  SPACES,
  SURROGATE,
  countOf,
  pointsIn,
  toLower,
  toUpper,
  trimEnd,
  trimStart,
} from './text-points.ts';

type Text = (...texts: string[]) => Value;

const LIST: OperandType = ['set', 'array'];
const ONE_OR_MORE: OperandType = ['string', 'set', 'array'];
const BASES: readonly Value[] = [2, 8, 10, 16];
/** Characters that are looked through for one step, one by one and by the engine itself. */
const [POINTS_PER_STEP, UNITS_PER_STEP] = [2, 64];
const BYTES_PER_UNIT = 2;

/** The builtins over strings, `sprintf` and `format_int` among them. */
export const stringBuiltins: readonly Builtin[] = [
  text('contains', 'boolean', (whole, part) => whole.includes(part)),
  text('startswith', 'boolean', (whole, start) => whole.startsWith(start)),
  text('endswith', 'boolean', (whole, end) => whole.endsWith(end)),
  text('lower', 'string', toLower),
  text('upper', 'string', toUpper),
  text('trim', 'string', (value, cut) => trimEnd(trimStart(value, cut), cut)),
  text('trim_left', 'string', trimStart),
  text('trim_right', 'string', trimEnd),
  text('trim_prefix', 'string', (value, start) =>
    value.startsWith(start) ? value.slice(start.length) : value,
  ),
  text('trim_suffix', 'string', (value, end) =>
    value.endsWith(end) ? value.slice(0, value.length - end.length) : value,
  ),
  text('trim_space', 'string', (value) => trimEnd(trimStart(value, SPACES), SPACES)),
  text('strings.reverse', 'string', (value) => Array.from(value).reverse().join('')),
  text('indexof', 'number', (value, part) => indexOf(value, needle(part))),
  text('indexof_n', 'array', (value, part) => allIndexes(value, needle(part))),
  text('strings.count', 'number', (value, part) =>
    part === '' ? pointsIn(value, 0, value.length) + 1 : countOf(value, part),
  ),
  { name: 'split', args: ['string', 'string'], result: 'array', call: split },
  { name: 'strings.split_n', args: ['string', 'string', 'number'], result: 'array', call: splitN },
  { name: 'concat', args: ['string', LIST], result: 'string', call: concat },
  { name: 'replace', args: ['string', 'string', 'string'], result: 'string', call: replace },
  { name: 'strings.replace_n', args: ['object', 'string'], result: 'string', call: replaceMany },
  { name: 'substring', args: ['string', 'number', 'number'], result: 'string', call: substring },
  { name: 'format_int', args: ['number', 'number'], result: 'string', call: formatInteger },
  { name: 'sprintf', args: ['string', 'array'], result: 'string', call: sprintf },
  anyMatch('strings.any_prefix_match', (whole, part) => whole.startsWith(part)),
  anyMatch('strings.any_suffix_match', (whole, part) => whole.endsWith(part)),
];

/** A builtin whose operands are all strings; what it gives is not longer than they are. */
function text(name: string, result: OperandType, call: Text): Builtin {
  const args: readonly OperandType[] = Array.from({ length: call.length }, () => 'string' as const);
  const perStep = result === 'boolean' ? UNITS_PER_STEP : POINTS_PER_STEP;
  return {
    name,
    args,
    result,
    call: (operands, { charge, allocate }) => {
      const texts = operands as readonly string[];
      const size = texts.reduce((sum, each) => sum + each.length, 0);
      charge(Math.ceil(size / perStep));
      const found = call(...texts);
      if (typeof found === 'string') allocate(found.length * BYTES_PER_UNIT);
      if (Array.isArray(found)) allocate(found.length * 8);
      return found;
    },
  };
}

/** The position of the first occurrence in code points, or -1. */
function indexOf(value: string, part: string): number {
  const unit = value.indexOf(part);
  return unit === -1 ? -1 : pointsIn(value, 0, unit);
}

/** The positions of all occurrences, overlapping ones too. */
function allIndexes(value: string, part: string): number[] {
  const found: number[] = [];
  let [unit, points] = [0, 0];
  for (let next = value.indexOf(part); next !== -1; next = value.indexOf(part, next + 1)) {
    points += pointsIn(value, unit, next);
    unit = next;
    found.push(points);
  }
  return found;
}

function needle(part: string): string {
  if (part === '') throw new BuiltinFailure('empty search character');
  return part;
}

function split([value, separator]: readonly Value[], context: BuiltinContext): readonly Value[] {
  const [whole, by] = [value as string, separator as string];
  context.charge(Math.ceil(whole.length / UNITS_PER_STEP));
  const count = by === '' ? whole.length : countOf(whole, by) + 1;
  context.charge(Math.ceil(count / POINTS_PER_STEP));
  context.allocate(count * BYTES_PER_MEMBER);
  return by === '' ? Array.from(whole) : whole.split(by);
}

/** The first parts, or with a negative number so many of the last. */
function splitN([value, separator, count]: readonly Value[], context: BuiltinContext): Value {
  const wanted = smallIntegerOperand(count as Value, 3);
  const parts = split([value!, separator!], context);
  return wanted < 0 ? parts.slice(wanted) : parts.slice(0, wanted);
}

function concat([separator, list]: readonly Value[], context: BuiltinContext): string {
  const parts = stringMembers(list as Value, 2);
  const size = parts.reduce((sum, part) => sum + part.length + (separator as string).length, 0);
  context.charge(Math.ceil((parts.length + size / UNITS_PER_STEP) / POINTS_PER_STEP));
  context.allocate(size * BYTES_PER_UNIT);
  return parts.join(separator as string);
}

function replace(args: readonly Value[], context: BuiltinContext): string {
  const [value, old, fresh] = args as readonly [string, string, string];
  context.charge(Math.ceil(value.length / UNITS_PER_STEP));
  const times = old === '' ? value.length + 1 : countOf(value, old);
  context.charge(times);
  context.allocate((value.length + times * fresh.length) * BYTES_PER_UNIT);
  return old === ''
    ? [fresh, ...Array.from(value).flatMap((point) => [point, fresh])].join('')
    : value.replaceAll(old, () => fresh);
}

/**
 * At each position the first pattern in sorted order that matches is replaced. The empty pattern
 * comes first; right behind its match the others have their turn, as with Go's Replacer.
 */
function replaceMany([patterns, value]: readonly Value[], context: BuiltinContext): string {
  const pairs = sortedPairs(patterns as ObjectValue).map(replacement);
  context.charge(pairs.length);
  const byUnit = Map.groupBy(pairs, ([old]) => old.slice(0, 1));
  const costs = new Map([...byUnit.values()].map((list) => [list, costOf(list)]));
  const empty = byUnit.get('')?.[0];
  const [source, parts] = [value as string, [] as string[]];
  let [at, last, isAfterEmpty] = [0, 0, false];
  while (at <= source.length) {
    const candidates = byUnit.get(source.slice(at, at + 1)) ?? [];
    context.charge(1 + (costs.get(candidates) ?? 0));
    const found = isAfterEmpty || !empty ? matching(candidates, source, at) : empty;
    isAfterEmpty = found?.[0] === '';
    if (found) {
      context.allocate((at - last + found[1].length) * BYTES_PER_UNIT);
      parts.push(source.slice(last, at), found[1]);
      at += found[0].length;
      last = at;
    } else at += widthAt(source, at);
  }
  return parts.join('') + source.slice(last);
}

type Replacement = readonly [old: string, fresh: string];

/** Steps of trying patterns at one position: they may begin alike. */
function costOf(candidates: readonly Replacement[]): number {
  const size = candidates.reduce((sum, [old]) => sum + old.length, 0);
  return candidates.length / POINTS_PER_STEP + size / UNITS_PER_STEP;
}

function matching(
  candidates: readonly Replacement[],
  source: string,
  at: number,
): Replacement | undefined {
  return candidates.find(([old]) => old !== '' && source.startsWith(old, at));
}

function widthAt(source: string, at: number): number {
  return (source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
}

function replacement([old, fresh]: readonly [Value, Value]): Replacement {
  if (typeof old !== 'string') throw operandFailure(1, 'non-string key found in pattern object');
  if (typeof fresh !== 'string')
    throw operandFailure(1, 'non-string value found in pattern object');
  return [old, fresh];
}

/** A negative length means the rest. */
function substring([value, offset, length]: readonly Value[], context: BuiltinContext): string {
  const whole = value as string;
  const start = smallIntegerOperand(offset as Value, 2);
  const count = smallIntegerOperand(length as Value, 3);
  if (start < 0) throw new BuiltinFailure('negative offset');
  context.charge(Math.ceil(whole.length / UNITS_PER_STEP));
  const end = count < 0 ? undefined : start + count;
  if (!SURROGATE.test(whole)) return whole.slice(start, end);
  context.charge(Math.ceil(whole.length / POINTS_PER_STEP));
  context.allocate(whole.length * BYTES_PER_UNIT);
  return Array.from(whole).slice(start, end).join('');
}

function formatInteger([value, base]: readonly Value[], context: BuiltinContext): string {
  if (!BASES.includes(base as Value)) throw operandFailure(2, 'must be one of {2, 8, 10, 16}');
  const number = value as RegoNumber;
  spendOnFloats(number, number, context);
  const digits = (wholeOf(truncate(number)) ?? 0n).toString(base as number);
  context.allocate(digits.length * BYTES_PER_UNIT);
  return digits;
}

function sprintf([format, args]: readonly Value[], context: BuiltinContext): string {
  const list = (args as readonly Value[]).map((value) => {
    let made: GoArgument | undefined;
    return () => (made ??= measuredArgument(value, context));
  });
  return goFormat(format as string, list, context);
}

/** The text of a value is as long as all that it holds, and costs as much. */
function measuredArgument(value: Value, context: BuiltinContext): GoArgument {
  if (isRegoNumber(value)) {
    if (typeof value !== 'number') spendOnFloats(value, value, context);
    return goArgument(value);
  }
  const argument = goArgument(value);
  const size = String(argument.value).length;
  context.charge(Math.ceil(size / POINTS_PER_STEP));
  if (typeof value !== 'string') context.allocate(size * BYTES_PER_UNIT);
  return argument;
}

type AnyTest = (whole: string, part: string) => boolean;

function anyMatch(name: string, test: AnyTest): Builtin {
  return {
    name,
    args: [ONE_OR_MORE, ONE_OR_MORE],
    result: 'boolean',
    call: ([wholes, parts], context) => {
      const [all, wanted] = [oneOrMore(wholes as Value, 1), oneOrMore(parts as Value, 2)];
      const size = wanted.reduce((sum, part) => sum + 1 + part.length / UNITS_PER_STEP, 0);
      context.charge(Math.ceil((all.length * size) / POINTS_PER_STEP));
      return all.some((whole) => wanted.some((part) => test(whole, part)));
    },
  };
}

function oneOrMore(value: Value, position: number): readonly string[] {
  return typeof value === 'string' ? [value] : stringMembers(value, position);
}
