/** Amounts with units: `10Ki`, `500m`, `1.5GB`. */
import { BuiltinFailure } from '../builtin.ts';
import type { Builtin } from '../builtin.ts';
import { Decimal, decimalOf, makeNumber, parseRegoNumber } from '../number.ts';
import type { RegoNumber } from '../number.ts';
import { truncate } from './arithmetic-builtins.ts';

/** What a letter stands for: a power of 1000, and of 1024 where an `i` follows. */
const POWERS: Readonly<Record<string, number>> = { '': 0, k: 1, m: 2, g: 3, t: 4, p: 5, e: 6 };
/** The amount, then its unit; an `e` is an exponent only where digits follow it. */
const AMOUNT = /^([\d.]*(?:[eE][+-]?\d+)?)(.*)$/s;

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
  const [amount, unit] = split(text, 'amount');
  if (unit === 'm') return times(amount, THOUSANDTH);
  const found = /^([kmgtpe]?)(i?)$/i.exec(unit);
  const isBareI = found?.[1] === '' && found[2] !== '';
  if (!found || isBareI) throw new BuiltinFailure(`unit ${unit} not recognized`);
  return times(amount, factorOf(found[1], found[2]));
}

/** Bytes: `K`, `KB`, `Ki` and `KiB` in any case; cut down to whole bytes. */
function parseBytes(text: string): RegoNumber {
  const [amount, unit] = split(text, 'byte amount');
  const found = /^([kmgtpe]?)(i?)b?$/i.exec(unit);
  const isBare = found?.[1] === '' && unit !== '';
  if (!found || isBare) throw new BuiltinFailure(`byte unit ${unit} not recognized`);
  return truncate(times(amount, factorOf(found[1], found[2])));
}

function split(text: string, what: string): [RegoNumber, string] {
  const unquoted = text.replaceAll('"', '');
  if (unquoted.includes(' ')) throw new BuiltinFailure('spaces not allowed in resource strings');
  const [, digits = '', unit = ''] = AMOUNT.exec(unquoted) ?? [];
  if (digits === '') throw new BuiltinFailure(`no ${what} provided`);
  const amount = parseRegoNumber(digits.replace(/^\./, '0.').replace(/\.(?=$|[eE])/, ''));
  if (amount === undefined) throw new BuiltinFailure(`could not parse ${what} to a number`);
  return [amount, unit];
}

function factorOf(letter = '', binary = ''): Decimal {
  const power = POWERS[letter.toLowerCase()] ?? 0;
  return binary === '' ? new Decimal(1n, 3 * power) : new Decimal(1n << BigInt(10 * power), 0);
}

/** The product without any rounding: `500m` is a half. */
function times(amount: RegoNumber, factor: Decimal): RegoNumber {
  const { coefficient, exponent } = decimalOf(amount);
  return makeNumber(coefficient * factor.coefficient, exponent + factor.exponent);
}
