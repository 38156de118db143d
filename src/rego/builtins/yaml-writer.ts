/**
 * Values as YAML in the form in which `sigs.k8s.io/yaml` writes it: block style, sequences not
 * indented below their keys, keys in natural order, and quotes only where they must stand.
 */
import { jsonKey } from '../model/json-text.ts';
import { decimalOf, isRegoNumber, isWhole, toDouble } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { RegoSet, isArrayValue, isObjectValue, sortedPairs } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import { countText, countWork } from '../model/value-work.ts';
import { compareYamlKeys } from './yaml-key-order.ts';
import { literalText, scalarText } from './yaml-text.ts';

const STEP = '  ';
/** Of choosing how a value is written, and setting its lines below those around it. */
const STEPS_PER_LINE = 30;

/** Writes a value as one document. */
export function writeYaml(value: Value): string {
  const lines = onLineOfDash(linesOf(value, typeof value === 'string' ? STEP : ''));
  return `${lines.join('\n').slice(1)}\n`;
}

/**
 * The lines of a value that stands at an indent. The first begins with a blank where it goes on the
 * line of its key or dash, and is empty where the value begins on a line of its own.
 */
function linesOf(value: Value, indent: string): string[] {
  countWork(STEPS_PER_LINE);
  if (typeof value === 'string') return textLines(value, indent);
  if (isRegoNumber(value)) return [` ${numberText(value)}`];
  if (value instanceof RegoSet) return sequence(value.values, indent);
  if (isArrayValue(value)) return sequence(value, indent);
  if (!isObjectValue(value)) return [` ${String(value)}`];
  return mapping(
    sortedPairs(value).map(([key, item]) => [jsonKey(key), item]),
    indent,
  );
}

function textLines(text: string, indent: string): string[] {
  countText(text);
  const literal = literalText(text, indent);
  return literal ?? [` ${scalarText(text)}`];
}

/** Go's shortest form of a double: with an exponent from a million on, and from 0.0001 down. */
function numberText(value: RegoNumber): string {
  if (isWhole(value)) return String(value);
  const double = toDouble(decimalOf(value));
  const scientific = double.toExponential();
  const exponent = Number(scientific.split('e')[1]);
  if (exponent >= -4 && exponent < 6) return String(double);
  return scientific.replace(/e([+-])(\d)$/, 'e$10$2');
}

function sequence(items: readonly Value[], indent: string): string[] {
  if (items.length === 0) return [' []'];
  return items.flatMap((item, index) => {
    const [inline, ...below] = onLineOfDash(linesOf(item, indent + STEP));
    const line = `${indent}-${inline}`;
    return index === 0 ? ['', line, ...below] : [line, ...below];
  });
}

/** What begins on a line of its own begins behind a dash instead. */
function onLineOfDash([first = '', ...rest]: string[]): string[] {
  countWork(rest.length);
  if (first !== '') return [first, ...rest];
  const [begin = '', ...below] = rest;
  return [` ${begin.trimStart()}`, ...below];
}

function mapping(pairs: (readonly [string, Value])[], indent: string): string[] {
  if (pairs.length === 0) return [' {}'];
  const sorted = pairs.toSorted(([a], [b]) => compareYamlKeys(a, b));
  const lines = sorted.flatMap(([key, item]) => {
    const isList = isArrayValue(item) || item instanceof RegoSet;
    const [first = '', ...rest] = linesOf(item, isList ? indent : indent + STEP);
    countWork(rest.length);
    return [...keyLines(key, indent, first), ...rest];
  });
  return ['', ...lines];
}

/** Keys that libyaml thinks too long for one line, or that have several, are explicit. */
const MAX_KEY = 128;

function keyLines(key: string, indent: string, value: string): string[] {
  const isSimple = Buffer.byteLength(key) <= MAX_KEY && !key.includes('\n');
  if (isSimple) return [`${indent}${scalarText(key)}:${value}`];
  const [first = '', ...rest] = textLines(key, indent + STEP);
  return [`${indent}?${first}`, ...rest, `${indent}:${value}`];
}
