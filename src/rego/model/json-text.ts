/**
 * JSON to values and back without loss: JSON.parse would round long integers and decimals, and
 * policies compare them. Where no such number stands in a text, JSON.parse's own result is kept.
 */
import { fromDouble, isRegoNumber, formatRegoNumber, parseRegoNumber } from './number.ts';
import { RegoSet, isArrayValue, plainObject, quoted, sortedPairs } from './value.ts';
import type { Value } from './value.ts';
import { STEPS_PER_PART, countWork } from './value-work.ts';

type Reviver = (key: string, value: unknown, context?: { source?: string }) => unknown;

/** A text that may hold a number which a double rounds: sixteen digits, or an exponent. */
const LONG_NUMBER = /\d[\d.]{15}|\d[eE][+-]?\d/;

/** Escapes of half a character, beside those of both halves and of a backslash. */
const HALF_ESCAPE = new RegExp(
  [
    String.raw`\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}`,
    String.raw`\\u[dD][89a-fA-F][0-9a-fA-F]{2}`,
    String.raw`\\[^]`,
  ].join('|'),
  'g',
);
const HALF_LENGTH = 6;

/**
 * Reads a JSON text; throws SyntaxError, and for a number of more than 4,096 digits. Half a
 * character is U+FFFD, as Go reads it.
 */
export function parseJsonValue(json: string): Value {
  const text = /\\u[dD][89a-fA-F]/.test(json) ? withoutHalves(json) : json;
  if (!LONG_NUMBER.test(text)) return JSON.parse(text) as Value;
  return (JSON.parse as (text: string, reviver: Reviver) => Value)(text, exactNumber);
}

function withoutHalves(json: string): string {
  return json.replaceAll(HALF_ESCAPE, (escape) =>
    escape.length === HALF_LENGTH ? '\\ufffd' : escape,
  );
}

function exactNumber(_key: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value;
  const number = parseRegoNumber(context.source);
  if (number === undefined) throw new SyntaxError(`number out of range: ${context.source}`);
  return number;
}

/**
 * Makes a value of what JSON.parse gave, without copying it where that is a value already: only
 * integers beyond 2^53 and numbers such as 1e400 need another form.
 */
export function valueFromJson(json: unknown): Value {
  if (typeof json === 'number') return Number.isInteger(json) ? (fromDouble(json) ?? 0) : json;
  if (Array.isArray(json)) return sameOr(json, json.map(valueFromJson));
  if (typeof json !== 'object' || json === null) return json as Value;
  const pairs = Object.entries(json).map(([key, item]) => [key, valueFromJson(item)] as const);
  const isSame = pairs.every(([key, item]) => item === (json as Record<string, unknown>)[key]);
  return isSame ? (json as Value) : plainObject(pairs);
}

function sameOr(array: readonly unknown[], copy: readonly Value[]): readonly Value[] {
  return copy.every((item, index) => item === array[index]) ? (array as readonly Value[]) : copy;
}

/** Prints a value as JSON: sets as sorted arrays, keys that are no strings as their own text. */
export function jsonText(value: Value): string {
  if (typeof value === 'string') return quoted(value.toWellFormed());
  countWork(STEPS_PER_PART);
  if (isRegoNumber(value)) return formatRegoNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  const items = isArrayValue(value) ? value : value instanceof RegoSet ? value.values : undefined;
  if (items) return `[${items.map((item) => jsonText(item)).join(',')}]`;
  const members = sortedPairs(value as Exclude<typeof value, readonly Value[] | RegoSet>);
  const texts = members.map(([key, item]) => `${jsonText(jsonKey(key))}:${jsonText(item)}`);
  return `{${texts.join(',')}}`;
}

/** What stands for a key in JSON, which knows strings only. */
export function jsonKey(key: Value): string {
  return typeof key === 'string' ? key : jsonText(key);
}
