/**
 * What a plain scalar of YAML means to Kubernetes and OPA, which read YAML 1.1 by
 * `sigs.k8s.io/yaml`: `yes`, `on` and `y` are true, `010` is eight, numbers may hold `_`, and times
 * stay texts.
 */
import { MAX_EXPONENT, fromBigInt, fromDouble, parseRegoNumber } from '../model/number.ts';
import type { RegoNumber } from '../model/number.ts';
import { BuiltinFailure } from '../model/builtin.ts';
import { textOfBytes } from './byte-text.ts';
import { decodeBase64 } from './base64-text.ts';

/** What a scalar may be. */
export type YamlScalar = null | boolean | string | RegoNumber;

const WORDS: ReadonlyMap<string, YamlScalar> = new Map<string, YamlScalar>([
  ...['y', 'Y', ...cased('yes'), ...cased('true'), ...cased('on')].map(meaning(true)),
  ...['n', 'N', ...cased('no'), ...cased('false'), ...cased('off')].map(meaning(false)),
  ...['', '~', ...cased('null')].map(meaning(null)),
]);
const NO_NUMBERS = /^(?:\.(?:nan|NaN|NAN)|[+-]?\.(?:inf|Inf|INF))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const TIME = /^\d{4}-\d\d?-\d\d?(?:$|[Tt ]\d)/;
const INTEGER = /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9]\d*))$/;

function cased(word: string): string[] {
  return [word, word.charAt(0).toUpperCase() + word.slice(1), word.toUpperCase()];
}

function meaning(value: YamlScalar): (word: string) => [string, YamlScalar] {
  return (word) => [word, value];
}

/** The meaning of a scalar without quotes and without a tag. */
export function plainScalar(text: string): YamlScalar {
  const word = WORDS.get(text);
  if (word !== undefined) return word;
  if (NO_NUMBERS.test(text)) {
    throw new BuiltinFailure(`json: unsupported value: ${text}`);
  }
  if (!/^[-+.\d]/.test(text)) return text;
  return numberOf(text.startsWith('.') ? text : text.replaceAll('_', '')) ?? text;
}

function numberOf(text: string): RegoNumber | undefined {
  const integer = INTEGER.exec(text);
  if (integer && text.length <= MAX_EXPONENT) return integerOf(integer);
  if (!FLOAT.test(text)) return undefined;
  const double = Number(text);
  return Number.isFinite(double) ? fromDouble(double) : undefined;
}

function integerOf([, sign, hex, binary, octal, decimal]: RegExpExecArray): RegoNumber {
  const digits = hex
    ? `0x${hex}`
    : binary
      ? `0b${binary}`
      : octal
        ? `0o${octal}`
        : (decimal ?? '0');
  const value = BigInt(digits);
  return fromBigInt(sign === '-' ? -value : value);
}

/** A scalar that says by its tag what it is. */
export function taggedScalar(tag: string, text: string): YamlScalar {
  if (tag === '!!str' || !tag.startsWith('!!')) return text;
  if (tag === '!!binary') return textOfBytes(decodeBase64(text.replaceAll(/\s/g, '')));
  const value = tag === '!!float' ? numberAs(text) : plainScalar(text);
  if (TAGS.get(tag)?.(value) ?? true) return value;
  throw new BuiltinFailure(`yaml: cannot decode \`${text.slice(0, 64)}\` as a ${tag}`);
}

function numberAs(text: string): YamlScalar {
  const value = plainScalar(text);
  return typeof value === 'string' ? (parseRegoNumber(value) ?? value) : value;
}

const TAGS: ReadonlyMap<string, (value: YamlScalar) => boolean> = new Map([
  ['!!bool', (value: YamlScalar) => typeof value === 'boolean'],
  ['!!null', (value: YamlScalar) => value === null],
  [
    '!!int',
    (value: YamlScalar) =>
      typeof value !== 'boolean' && typeof value !== 'string' && value !== null,
  ],
  [
    '!!float',
    (value: YamlScalar) =>
      typeof value !== 'boolean' && typeof value !== 'string' && value !== null,
  ],
  ['!!timestamp', (value: YamlScalar) => typeof value === 'string' && TIME.test(value)],
]);
