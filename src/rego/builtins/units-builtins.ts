/** Amounts with units: `10Ki`, `500m`, `1.5GB`, `1e3`. */
import { BuiltinFailure } from '../model/builtin.ts';
import type { Builtin } from '../model/builtin.ts';
import {
  Decimal,
  decimalOf,
  fromBigInt,
  makeNumber,
  parseRegoNumber,
  powerOfTen,
} from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { truncate } from './arithmetic-builtins.ts';
import { fromBigFloat, multiplyFloats, toBigFloat } from './big-float.ts';

/** What a letter stands for: a power of 1000, and of 1024 where an `i` follows. */
const POWERS: ReadonlyMap<string, number> = new Map(
  ['', 'k', 'm', 'g', 't', 'p', 'e'].map((letter, power) => [letter, power]),
);
/** What may stand before the unit; an `e` belongs to it where a digit or a sign follows. */
const AMOUNT = /^(?:[\d.+-]|[eE](?:[+-]|(?=\d)))*/;
/** Longer exponents are refused by name. */
const LONG_EXPONENT = /[eE][+-]?\d{7}/;
/** Decimals that `units.parse` keeps. */
const PLACES = 10;

const THOUSANDTH = new Decimal(1n, -3);

/** The builtins of `units.`. */
export const unitsBuiltins: readonly Builtin[] = [
  {
    name: 'units.parse',
    args: ['string'],
    result: 'number',
    call: ([text]) => parse(text as string),
  },
  {
    name: 'units.parse_bytes',
    args: ['string'],
    result: 'number',
    call: ([text]) => parseBytes(text as string),
  },
];

/** SI and binary units; `m` is a thousandth and `M` a million, other letters of either case. */
function parse(text: string): RegoNumber {
  const { digits, unit } = split(text, 'amount');
  const found = /^([kmgtpe]?)(i?)$/i.exec(unit);
  const isBareI = found?.[1] === '' && found[2] !== '';
  if (!found || isBareI) throw new BuiltinFailure(`unit ${shown(unit)} not recognized`);
  const factor = unit === 'm' ? THOUSANDTH : factorOf(found[1], found[2]);
  const { coefficient, exponent } = decimalOf(amountOf(digits, 'amount'));
  return rounded(coefficient * factor.coefficient, exponent + factor.exponent);
}

/** Behind its first letter a unit's case does not matter. */
function shown(unit: string): string {
  return unit.slice(0, 1) + unit.slice(1).toLowerCase();
}

/** Rounded to ten decimals, halves away from zero. */
function rounded(coefficient: bigint, exponent: number): RegoNumber {
  if (exponent >= -PLACES) return makeNumber(coefficient, exponent);
  const unit = powerOfTen(-PLACES - exponent);
  const size = coefficient < 0n ? -coefficient : coefficient;
  const kept = (2n * size + unit) / (2n * unit);
  return makeNumber(coefficient < 0n ? -kept : kept, -PLACES);
}

/** Bytes: `K`, `KB`, `Ki` and `KiB` in any case; cut down to whole bytes. */
function parseBytes(text: string): RegoNumber {
  const { digits, unit } = split(text.toLowerCase(), 'byte amount');
  const found = /^([kmgtpe])(i?)b?$/.exec(unit);
  if (!found && unit !== '') throw new BuiltinFailure(`byte unit ${unit} not recognized`);
  const { coefficient, exponent } = factorOf(found?.[1], found?.[2]);
  const factor = fromBigInt(coefficient * powerOfTen(exponent));
  const amount = amountOf(digits, 'byte amount');
  return truncate(fromBigFloat(multiplyFloats(toBigFloat(amount), toBigFloat(factor))));
}

function split(text: string, what: string): { digits: string; unit: string } {
  const unquoted = text.replaceAll('"', '');
  if (unquoted.includes(' ')) throw new BuiltinFailure('spaces not allowed in resource strings');
  const digits = AMOUNT.exec(unquoted)?.[0] ?? '';
  if (LONG_EXPONENT.test(digits)) throw new BuiltinFailure('exponent too large');
  if (digits === '') throw new BuiltinFailure(`no ${what} provided`);
  return { digits, unit: unquoted.slice(digits.length) };
}

function amountOf(digits: string, what: string): RegoNumber {
  const [, sign = '', rest = ''] = /^([+-]?)(.*)$/.exec(digits) ?? [];
  const plain = rest.replace(/^\.(?=\d)/, '0.').replace(/(?<=\d)\.(?=$|[eE])/, '');
  const amount = parseRegoNumber((sign === '-' ? sign : '') + plain);
  if (amount !== undefined && !plain.startsWith('-')) return amount;
  throw new BuiltinFailure(`could not parse ${what} to a number`);
}

function factorOf(letter = '', binary = ''): Decimal {
  const power = POWERS.get(letter.toLowerCase()) ?? 0;
  return binary === '' ? new Decimal(1n, 3 * power) : new Decimal(1n << BigInt(10 * power), 0);
}
