/** YAML of a file that an image's author wrote: only what a tool would write of it is parsed. */
import { parse } from 'yaml';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { decodeLossy } from './text-lines.ts';

/** The mapping that the bytes are, or in words why there is none. */
export function readYamlMapping(
  bytes: Uint8Array,
): { readonly value: JsonObject } | { readonly reason: string } {
  const text = withoutBlanks(decodeLossy(bytes).text);
  return isHard(text) ? { reason: 'its YAML is not as its tool writes it' } : parseYaml(text);
}

/** Strings and numbers stay as they are written; aliases are refused, for no tool writes them. */
function parseYaml(text: string): { readonly value: JsonObject } | { readonly reason: string } {
  try {
    const value: unknown = parse(text, {
      schema: 'failsafe',
      maxAliasCount: 0,
      uniqueKeys: false,
      logLevel: 'silent',
    });
    return isJsonObject(value)
      ? { value: value as JsonObject }
      : { reason: 'it is no mapping of YAML' };
  } catch {
    return { reason: 'it is no YAML' };
  }
}

const BRACKETS = 10_000;
const LINE = 2000;
const LINES = 100_000;

/** Lock files have short lines and no deep nesting; a parser would spend its time on others. */
function isHard(text: string): boolean {
  const brackets = text.match(/[[{]/g)?.length ?? 0;
  const nested = /^(?:[ -]{200}|(?:- ){60}|(?:\? ){60})/m.test(text);
  const lines = text.split('\n');
  const many = lines.length > LINES || lines.some(({ length }) => length > LINE);
  return brackets > BRACKETS || nested || many || /^%/m.test(text);
}

/** Blank lines and comments say nothing. */
function withoutBlanks(text: string): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .join('\n');
}
