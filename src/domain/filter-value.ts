/**
 * What a filter's comparison asks of a value, by the type of its field: which operators make sense,
 * how the text is read, and what an unset field answers.
 */
import { AssayError } from './error.ts';
import type { FilterOperator } from './filter.ts';
import type { ValueOperator, ValueTest } from './resolved-filter.ts';
import { type Micros, formatTime, parseTime } from './time.ts';

/** The type of a field that a filter names. */
export type FilterType =
  /** `read` turns the filter's text into what is kept, and refuses what no value can be. */
  | { readonly kind: 'text'; readonly read?: (text: string) => string }
  | { readonly kind: 'number' | 'bool' }
  | { readonly kind: 'time'; readonly kept: 'text' | 'micros' }
  /** Names in rising order; kept by name, or by rank where `kept` says so. */
  | {
      readonly kind: 'enum';
      readonly names: readonly (string | undefined)[];
      readonly byName: ReadonlyMap<string, string>;
      readonly kept: 'name' | 'rank';
    }
  /** Texts without order of which only some exist, such as kinds. */
  | { readonly kind: 'choice'; readonly read: (text: string) => string }
  /** What has members and no value of its own. */
  | { readonly kind: 'message' };

/** A test with the answer of an unset field. */
export interface AskedValue {
  readonly test: ValueTest;
  readonly unset: boolean;
}

type Holds = (order: number) => boolean;

/** What each operator says of the order of a value and the wanted one. */
export const VALUE_OPERATORS: Readonly<Record<ValueOperator, Holds>> = {
  '=': (order) => order === 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/**
 * Reads a comparison by a field's type. Throws `invalid-filter` (or `invalid-argument`) without a
 * position: the caller knows where the value stands.
 */
export function askValue(
  type: FilterType,
  operator: Exclude<FilterOperator, '!='>,
  text: string,
): AskedValue {
  const asked = operator === ':' ? '=' : operator;
  switch (type.kind) {
    case 'text':
    case 'choice':
      return askText(type, asked, text);
    case 'number':
      return compared(asked, readNumber(text), 0);
    case 'bool':
      return askBool(asked, text);
    case 'time':
      return askTime(type.kept, asked, text);
    case 'enum':
      return askEnum(type, asked, text);
    case 'message':
      throw wrong('has members and no value; name one of them, or ask whether it is there with :*');
  }
}

/** The test of `has_prefix` and `has_suffix`; refuses fields that are no text. */
export function askAffix(type: FilterType, kind: 'prefix' | 'suffix', given: string): AskedValue {
  if (type.kind !== 'text') throw wrong(`is no text field: has_${kind} needs a text field`);
  const text = type.read?.(given) ?? given;
  return { test: { kind, text }, unset: text === '' };
}

function askText(
  type: FilterType & { readonly kind: 'text' | 'choice' },
  operator: ValueOperator,
  given: string,
): AskedValue {
  if (operator !== '=') throw wrong('is compared by =, !=, :, has_prefix or has_suffix');
  const value = type.read?.(given) ?? given;
  return { test: { kind: 'compare', operator, value }, unset: value === '' };
}

function askBool(operator: ValueOperator, text: string): AskedValue {
  if (operator !== '=') throw wrong('is true or false, which is compared by =, != or :');
  const value = text === 'true';
  if (!value && text !== 'false') throw wrong(`is true or false, not ${quote(text)}`);
  return { test: { kind: 'compare', operator, value }, unset: !value };
}

function askTime(kept: 'text' | 'micros', operator: ValueOperator, text: string): AskedValue {
  const time = readTime(text);
  const value = kept === 'micros' ? time : formatTime(time);
  return { test: { kind: 'compare', operator, value }, unset: false };
}

function askEnum(
  type: FilterType & { readonly kind: 'enum' },
  operator: ValueOperator,
  text: string,
): AskedValue {
  const { names, byName, kept } = type;
  const wanted = names.indexOf(byName.get(text));
  if (wanted < 0) throw wrong(`is never ${quote(text)}; use ${listed(names)}`);
  if (kept === 'rank') return compared(operator, wanted, 0);
  const passes = (_: unknown, rank: number): boolean => VALUE_OPERATORS[operator](rank - wanted);
  const values = names.filter(passes).filter((name) => name !== undefined);
  return { test: { kind: 'among', values }, unset: passes(undefined, 0) };
}

function compared(operator: ValueOperator, value: number, byDefault: number): AskedValue {
  const unset = VALUE_OPERATORS[operator](byDefault - value);
  return { test: { kind: 'compare', operator, value }, unset };
}

function readNumber(text: string): number {
  const number = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(number)) return number;
  throw wrong(`is a number, not ${quote(text)}`);
}

/** Reads RFC 3339, or a beginning of it from the day on, which is UTC: Google's samples do that. */
function readTime(value: string): Micros {
  const [, day, minute = '00:00', second = ':00'] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})?(:\d{2})?)?$/.exec(value) ?? [];
  return parseTime(day === undefined ? value : `${day}T${minute}${second}Z`);
}

const SHOWN = 16;

function listed(names: readonly (string | undefined)[]): string {
  const known = names.filter((name) => name !== undefined);
  return known.slice(0, SHOWN).join(', ') + (known.length > SHOWN ? ' …' : '');
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 64));
}

function wrong(problem: string): AssayError {
  return new AssayError('invalid-filter', problem);
}
