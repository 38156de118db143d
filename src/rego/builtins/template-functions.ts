/**
 * The functions that every template of Go has. `and` and `or` are not here: they do not look at
 * operands that no longer matter. A function's failure is a `BuiltinFailure`.
 * Specification: https://pkg.go.dev/text/template#hdr-Functions
 */
import { BuiltinFailure } from '../model/builtin.ts';
import { sizeOf, valueAt } from '../model/value.ts';
import type { Value } from '../model/value.ts';
import type { GoArgument } from './go-argument.ts';
import { goFormat } from './go-format.ts';
import type { FormatMeters } from './go-format.ts';
import { compareTemplateValues, equalTemplateValues } from './template-comparison.ts';
import { isTrue, printValue, templateValue, typeNameOf } from './template-values.ts';
import type { TemplateValue } from './template-values.ts';

/** A function over operands; the meters are told of long work and results before they are done. */
export interface TemplateFunction {
  /** How many operands it wants at least and at most. */
  readonly wants: readonly [least: number, most: number];
  readonly call: (operands: readonly TemplateValue[], meters: FormatMeters) => TemplateValue;
}

type Call = TemplateFunction['call'];

const MANY = Infinity;
const text = (value: string): TemplateValue => ({ type: 'string', value });
const bool = (value: boolean): TemplateValue => ({ type: 'bool', value });

/** The functions by name. */
export const templateFunctions: ReadonlyMap<string, TemplateFunction> = new Map<
  string,
  TemplateFunction
>([
  ['eq', { wants: [2, MANY], call: ([first, ...rest]) => bool(equalsAny(first, rest)) }],
  ['ne', { wants: [2, 2], call: ([first, ...rest]) => bool(!equalsAny(first, rest)) }],
  ['lt', ordered((order) => order < 0)],
  ['le', ordered((order) => order <= 0)],
  ['gt', ordered((order) => order > 0)],
  ['ge', ordered((order) => order >= 0)],
  ['not', { wants: [1, 1], call: ([value]) => bool(!isTrue(value as TemplateValue)) }],
  ['len', { wants: [1, 1], call: measured(([value]) => lengthOf(value as TemplateValue)) }],
  ['index', { wants: [1, MANY], call: measured(([value, ...keys]) => keys.reduce(index, value!)) }],
  ['slice', { wants: [1, 3], call: measured(([value, ...bounds]) => slice(value!, bounds)) }],
  ['print', { wants: [0, MANY], call: (values) => text(printAll(values)) }],
  [
    'println',
    { wants: [0, MANY], call: (values) => text(`${values.map(printValue).join(' ')}\n`) },
  ],
  ['printf', { wants: [1, MANY], call: printf }],
  ['html', escaping(escapeHtml)],
  ['js', escaping(escapeJs)],
  ['urlquery', escaping(escapeQuery)],
]);

/** Bytes of a text that are counted in a step. */
const BYTES_PER_STEP = 16;

/** A function that goes through the bytes of its first operand. */
function measured(call: (operands: readonly TemplateValue[]) => TemplateValue): Call {
  return (operands, { charge }) => {
    const [first] = operands;
    if (first && isText(first)) charge(Math.ceil(first.value.length / BYTES_PER_STEP));
    return call(operands);
  };
}

function ordered(accepts: (order: number) => boolean): TemplateFunction {
  return {
    wants: [2, 2],
    call: ([a, b]) => {
      return bool(accepts(compareTemplateValues(a as TemplateValue, b as TemplateValue)));
    },
  };
}

function equalsAny(first: TemplateValue | undefined, rest: readonly TemplateValue[]): boolean {
  return rest.some((other) => equalTemplateValues(first as TemplateValue, other));
}

/** Of a string the bytes are counted, as Go does. */
function lengthOf(value: TemplateValue): TemplateValue {
  if (value.type === 'array') return integer(value.items.length);
  if (value.type === 'map') return integer(sizeOf(value.object));
  if (isText(value)) return integer(bytesOf(value.value).length);
  throw new BuiltinFailure(`error calling len: len of type ${typeNameOf(value)}`);
}

function integer(value: number): TemplateValue {
  return { type: 'int', value: BigInt(value) };
}

type TextValue = Extract<TemplateValue, { readonly type: 'string' | 'json.Number' }>;

function isText(value: TemplateValue): value is TextValue {
  return value.type === 'string' || value.type === 'json.Number';
}

function bytesOf(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function index(value: TemplateValue, key: TemplateValue): TemplateValue {
  if (value.type === 'map') {
    if (key.type === 'string') return templateValue(valueAt(value.object, key.value));
    throw new BuiltinFailure(
      `error calling index: value has type ${typeNameOf(key)}; should be string`,
    );
  }
  if (value.type === 'array') {
    return templateValue(value.items[position(key, value.items.length - 1, 'index')]);
  }
  if (!isText(value)) {
    throw new BuiltinFailure(`error calling index: can't index item of type ${typeNameOf(value)}`);
  }
  const bytes = bytesOf(value.value);
  return integer(bytes[position(key, bytes.length - 1, 'index')] as number);
}

function position(key: TemplateValue, most: number, name: string): number {
  if (key.type !== 'int') {
    const problem = `cannot index slice/array with type ${typeNameOf(key)}`;
    throw new BuiltinFailure(`error calling ${name}: ${problem}`);
  }
  if (key.value >= 0n && key.value <= BigInt(most)) return Number(key.value);
  throw new BuiltinFailure(`error calling ${name}: index out of range: ${key.value}`);
}

function slice(value: TemplateValue, bounds: readonly TemplateValue[]): TemplateValue {
  if (value.type === 'array') return { type: 'array', items: cut(value.items, bounds) };
  if (isText(value)) return text(decode(cut(bytesOf(value.value), bounds)));
  throw new BuiltinFailure(`error calling slice: can't slice item of type ${typeNameOf(value)}`);
}

function cut<T extends readonly Value[] | Uint8Array>(
  whole: T,
  bounds: readonly TemplateValue[],
): T {
  const places = bounds.map((bound) => position(bound, whole.length, 'slice'));
  const [start = 0, end = whole.length] = places;
  if (start <= end) return whole.slice(start, end) as T;
  throw new BuiltinFailure(`error calling slice: invalid slice index: ${start} > ${end}`);
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** Go's Sprint: a space stands between operands of which neither is a text. */
function printAll(values: readonly TemplateValue[]): string {
  return values
    .map((value, at) => {
      const before = values[at - 1];
      return before && !isText(before) && !isText(value)
        ? ` ${printValue(value)}`
        : printValue(value);
    })
    .join('');
}

function printf(
  [format, ...values]: readonly TemplateValue[],
  meters: FormatMeters,
): TemplateValue {
  if (format?.type !== 'string') {
    throw new BuiltinFailure(`wrong type for value; expected string; got ${typeNameOf(format!)}`);
  }
  const args = values.map((value) => () => argumentOf(value));
  return text(goFormat(format.value, args, meters));
}

function argumentOf(value: TemplateValue): GoArgument {
  const isComposite = value.type === 'none' || value.type === 'array' || value.type === 'map';
  return isComposite ? { type: 'string', value: printValue(value) } : value;
}

/** The longest that one character becomes is twelve bytes. */
const LONGEST_ESCAPE = 12;

function escaping(escape: (value: string) => string): TemplateFunction {
  return {
    wants: [0, MANY],
    call: (values, { allocate }) => {
      const plain = printAll(values);
      allocate(plain.length * LONGEST_ESCAPE);
      return text(escape(plain));
    },
  };
}

const HTML: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

function escapeHtml(value: string): string {
  return value.replaceAll(/[\0"'&<>]/g, (character) => HTML[character] as string);
}

function escapeJs(value: string): string {
  return value.replaceAll(/[\\'"]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}<>&=]/gu, (character) => {
    if (`\\'"`.includes(character)) return `\\${character}`;
    const code = character.codePointAt(0) ?? 0;
    return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}

function escapeQuery(value: string): string {
  return encodeURIComponent(value.toWellFormed())
    .replaceAll('%20', '+')
    .replaceAll(
      /[!'()*]/g,
      (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
    );
}
