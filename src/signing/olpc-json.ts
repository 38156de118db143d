/**
 * The canonical JSON that TUF and Notary sign (the form of the OLPC wiki): sorted keys, no blanks,
 * integers only, and in texts no escape but of quote and backslash. A signature is over these
 * bytes, so a text of which they cannot be told for sure is refused before anything is verified.
 */
import { isJsonObject, type Json } from '../domain/json.ts';
import { refuse } from './refusal.ts';
import { decodeUtf8, parseStrictJson, type StrictJsonLimits } from './strict-json.ts';

/**
 * Reads JSON whose canonical form is certain. Beyond what strict JSON refuses: numbers with a
 * fraction or an exponent, numbers that a double does not hold, `-0`, and half surrogate pairs.
 */
export function parseOlpcJson(bytes: Uint8Array, limits: StrictJsonLimits): Json {
  const json = parseStrictJson(bytes, limits);
  refuseNumbers(decodeUtf8(bytes, 'document'));
  return json;
}

/** The canonical bytes of a value; refuses what has none. */
export function olpcBytes(value: Json): Uint8Array {
  return new TextEncoder().encode(print(value));
}

function print(value: Json | undefined): string {
  if (typeof value === 'string') return printText(value);
  if (typeof value === 'number') return printNumber(value);
  if (Array.isArray(value)) return `[${value.map((one: Json) => print(one)).join(',')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value ?? null);
  const keys = sorted(Object.keys(value));
  return `{${keys.map((key) => `${printText(key)}:${print(value[key])}`).join(',')}}`;
}

function printText(text: string): string {
  if (!text.isWellFormed()) uncertain('has half a surrogate pair in a text');
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

function printNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value === 0 ? 0 : value);
  return uncertain('has a number that is no integer of at most 53 bits');
}

/** By the bytes of UTF-8, as Go sorts; this language's order differs only beyond U+FFFF. */
function sorted(keys: string[]): string[] {
  if (!keys.some((key) => /[\uD800-\uDFFF]/.test(key))) return keys.sort();
  return keys.sort((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
}

/** A text of JSON as a whole, or a number; what else there is has neither quotes nor digits. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/g;
const INTEGER = /^(?:0|-?[1-9]\d*)$/;

function refuseNumbers(text: string): void {
  for (const [token] of text.matchAll(TOKEN)) {
    if (token.startsWith('"')) continue;
    if (INTEGER.test(token) && Number.isSafeInteger(Number(token))) continue;
    uncertain(`has the number ${token.slice(0, 40)}, which is no plain integer of 53 bits`);
  }
}

function uncertain(found: string): never {
  return refuse('metadata-canonical', `the document ${found}, so what was signed is uncertain`);
}
