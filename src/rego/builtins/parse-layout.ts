/**
 * Reads times by Go's layouts, with Go's tolerance: runs of spaces match runs of spaces, a fraction
 * may follow seconds without standing in the layout, hours may have one digit.
 * Specification: https://pkg.go.dev/time#Parse
 */
import { BuiltinFailure } from '../model/builtin.ts';
import type { CivilTime } from './civil-time.ts';
import { DAYS, MONTHS, TOKEN } from './go-layout.ts';
import { quoteGo } from './go-quote.ts';

/** What is read so far; months and days count from 1. */
interface Reading {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanos: number;
  half: 'am' | 'pm' | undefined;
  /** `Z` or `UTC` stood in the text: no other offset counts. */
  isUtc: boolean;
  /** Seconds east of UTC as a number said so, and as a zone's name did. */
  offset: number | undefined;
  namedOffset: number;
}

/** How a token is read: a pattern, what its text sets, and whether that is out of range. */
interface Read {
  readonly pattern: RegExp;
  /** Answers what is out of range, or nothing. */
  readonly set: (reading: Reading, text: string) => string | undefined;
}

type NumberField = 'year' | 'month' | 'day' | 'yearDay' | 'hour' | 'minute' | 'second';

const TWO = String.raw`\d{2}`;
const ONE_OR_TWO = String.raw`\d{1,2}`;

function read(pattern: string, set: Read['set'], flags = 'y'): Read {
  return { pattern: new RegExp(pattern, flags), set };
}

function number(pattern: string, field: NumberField, range?: readonly [number, number]): Read {
  return read(pattern, (reading, text) => {
    const value = Number(text);
    reading[field] = value;
    return range && (value < range[0] || value > range[1]) ? field : undefined;
  });
}

/** Names are read in any case; longer ones first, since some begin with others. */
function name(names: readonly string[], set: Read['set']): Read {
  return read(names.join('|'), set, 'iy');
}

const short = (names: readonly string[]): readonly string[] =>
  names.map((full) => full.slice(0, 3));
const ignore = (): undefined => undefined;

function setMonth(reading: Reading, text: string): undefined {
  const start = text.slice(0, 3).toLowerCase();
  reading.month = MONTHS.findIndex((full) => full.toLowerCase().startsWith(start)) + 1;
}

function setHalf(reading: Reading, text: string): undefined {
  reading.half = text.toLowerCase() === 'pm' ? 'pm' : 'am';
}

const READS: Readonly<Record<string, Read>> = {
  January: name(MONTHS, setMonth),
  Jan: name(short(MONTHS), setMonth),
  Monday: name(DAYS, ignore),
  Mon: name(short(DAYS), ignore),
  PM: read('AM|PM', setHalf),
  pm: read('am|pm', setHalf),
  '2006': number(String.raw`\d{4}`, 'year'),
  '06': read(TWO, (reading, text) => {
    reading.year = Number(text) + (Number(text) >= 69 ? 1900 : 2000);
    return undefined;
  }),
  '01': number(TWO, 'month', [1, 12]),
  '1': number(ONE_OR_TWO, 'month', [1, 12]),
  '02': number(TWO, 'day'),
  _2: number(` ?${ONE_OR_TWO}`, 'day'),
  '2': number(ONE_OR_TWO, 'day'),
  '002': number(String.raw`\d{3}`, 'yearDay'),
  __2: number(String.raw` {0,2}\d{1,3}`, 'yearDay'),
  '15': number(ONE_OR_TWO, 'hour', [0, 23]),
  '03': number(TWO, 'hour', [0, 12]),
  '3': number(ONE_OR_TWO, 'hour', [0, 12]),
  '04': number(TWO, 'minute', [0, 59]),
  '4': number(ONE_OR_TWO, 'minute', [0, 59]),
  '05': number(TWO, 'second', [0, 59]),
  '5': number(ONE_OR_TWO, 'second', [0, 59]),
  MST: read(
    'UTC|ChST|MeST|GMT(?:[+-](?:0*(?:2[0-3]|1?\\d))(?!\\d))?|[+-](?:0*(?:2[0-3]|1?\\d))(?!\\d)' +
      '|[A-Z]{4}T(?![A-Z])|(?:[A-Z]{3}T|WITA)(?![A-Z])|[A-Z]{3}(?![A-Z])',
    setZoneName,
  ),
};

/** Only GMT says in its name how far it is from UTC; of other names nothing is known. */
function setZoneName(reading: Reading, text: string): undefined {
  if (text === 'UTC') reading.isUtc = true;
  reading.namedOffset = text.startsWith('GMT') ? Number(text.slice(3)) * 3600 : 0;
}

const ZONES: ReadonlyMap<string, Read> = new Map(
  ['07', '0700', '07:00', '070000', '07:00:00'].flatMap((form) => {
    const digits = `[+-]${form.replaceAll(/\d/g, String.raw`\d`)}`;
    return [
      [`-${form}`, read(digits, setOffset)],
      [`Z${form}`, read(`Z|${digits}`, setOffset)],
    ] as const;
  }),
);

function setOffset(reading: Reading, text: string): string | undefined {
  if (text === 'Z') {
    reading.isUtc = true;
    return undefined;
  }
  const [hours = 0, minutes = 0, seconds = 0] = (text.match(/\d\d/g) ?? []).map(Number);
  const size = hours * 3600 + minutes * 60 + seconds;
  reading.offset = text.startsWith('-') ? -size : size;
  if (hours > 24) return 'time zone offset hour';
  if (minutes > 60) return 'time zone offset minute';
  return seconds > 60 ? 'time zone offset second' : undefined;
}

/**
 * Reads a time by a layout: the civil time and its offset from UTC in seconds (0 where none is
 * said). Throws a `BuiltinFailure` in Go's words.
 */
export function parseByLayout(
  text: string,
  layout: string,
): CivilTime & { readonly offset: number } {
  return new LayoutParser(text, layout).time();
}

interface MonthAndDay {
  readonly month: number;
  readonly day: number;
}

class LayoutParser {
  readonly #text: string;
  readonly #layout: string;
  readonly #reading: Reading = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanos: 0,
    half: undefined,
    isUtc: false,
    offset: undefined,
    namedOffset: 0,
  };
  #at = 0;

  constructor(text: string, layout: string) {
    this.#text = text;
    this.#layout = layout;
  }

  time(): CivilTime & { readonly offset: number } {
    const tokens = [...this.#layout.matchAll(TOKEN)];
    let last = 0;
    for (const [index, found] of tokens.entries()) {
      this.#literal(this.#layout.slice(last, found.index));
      last = found.index + found[0].length;
      this.#token(found[0], tokens[index + 1]?.[0]);
    }
    this.#literal(this.#layout.slice(last));
    if (this.#at < this.#text.length) {
      throw this.#outside(`extra text: ${quoteGo(this.#text.slice(this.#at))}`);
    }
    return this.#result();
  }

  #literal(literal: string): void {
    for (let index = 0; index < literal.length; index += 1) {
      const unit = literal[index] as string;
      if (unit === ' ') {
        while (literal[index + 1] === ' ') index += 1;
        this.#spaces(literal);
      } else if (unit === this.#text[this.#at]) this.#at += 1;
      else throw this.#unreadable(literal);
    }
  }

  /** Spaces match as many as there are, or the end. */
  #spaces(literal: string): void {
    const next = this.#text[this.#at];
    if (next !== undefined && next !== ' ') throw this.#unreadable(literal);
    while (this.#text[this.#at] === ' ') this.#at += 1;
  }

  #token(token: string, following: string | undefined): void {
    if (/^[.,]/.test(token)) {
      this.#fraction(token);
      return;
    }
    const { pattern, set } = (READS[token] ?? ZONES.get(token)) as Read;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) throw this.#unreadable(token);
    this.#at += found.length;
    const wrong = set(this.#reading, found);
    if (wrong !== undefined) throw this.#outside(`${wrong} out of range`);
    const isSecond = token === '05' || token === '5';
    if (isSecond && !/^[.,]/.test(following ?? '')) this.#fraction('.9');
  }

  /** `.000` wants as many digits, `.999` takes any number, also none. */
  #fraction(token: string): void {
    const isFixed = token[1] === '0';
    const count = isFixed ? `{${token.length - 1}}` : '+';
    const pattern = new RegExp(String.raw`[.,](\d${count})`, 'y');
    pattern.lastIndex = this.#at;
    const [found, digits] = pattern.exec(this.#text) ?? [];
    if (digits !== undefined) {
      this.#at += found?.length ?? 0;
      this.#reading.nanos = Number(digits.slice(0, 9).padEnd(9, '0'));
    } else if (isFixed) throw this.#unreadable(token);
  }

  #result(): CivilTime & { readonly offset: number } {
    const { year, minute, second, nanos, isUtc, offset, namedOffset } = this.#reading;
    const { month, day } = this.#date();
    if (day < 1 || day > daysIn(year, month)) throw this.#outside('day out of range');
    const told = isUtc ? 0 : (offset ?? namedOffset);
    return { year, month, day, hour: this.#hour(), minute, second, nanos, offset: told };
  }

  #hour(): number {
    const { hour, half } = this.#reading;
    if (half === 'pm' && hour < 12) return hour + 12;
    return half === 'am' && hour === 12 ? 0 : hour;
  }

  #date(): MonthAndDay {
    const { year, month, day, yearDay } = this.#reading;
    if (yearDay === undefined) return { month: month ?? 1, day: day ?? 1 };
    const days = daysIn(year, 2) === 29 ? 366 : 365;
    if (yearDay < 1 || yearDay > days) throw this.#outside('day-of-year out of range');
    const date = new Date(Date.UTC(2000 + (year % 400), 0, yearDay));
    return this.#agreeing({ month: date.getUTCMonth() + 1, day: date.getUTCDate() });
  }

  /** A month or day that was read, too, must be that of the day of the year. */
  #agreeing(found: MonthAndDay): MonthAndDay {
    const { month = found.month, day = found.day } = this.#reading;
    if (month !== found.month) throw this.#outside('day-of-year does not match month');
    if (day !== found.day) throw this.#outside('day-of-year does not match day');
    return found;
  }

  #unreadable(element: string): BuiltinFailure {
    const [whole, rest] = [quoteGo(this.#text), quoteGo(this.#text.slice(this.#at))];
    const problem = `cannot parse ${rest} as ${quoteGo(element)}`;
    return new BuiltinFailure(`parsing time ${whole} as ${quoteGo(this.#layout)}: ${problem}`);
  }

  #outside(problem: string): BuiltinFailure {
    return new BuiltinFailure(`parsing time ${quoteGo(this.#text)}: ${problem}`);
  }
}

/** Days of a month; the calendar repeats after 400 years. */
function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
}
