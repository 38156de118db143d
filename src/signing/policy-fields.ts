/** Fields of a trust policy's JSON, read so that nothing is overlooked. */
import type { Json, JsonObject } from '../domain/json.ts';
import { refuse } from './refusal.ts';

const MAX_TEXTS = 1000;

/** Refuses an object with a key that is not known. */
export function checkKeys(json: JsonObject, known: readonly string[], what: string): void {
  const odd = Object.keys(json).find((key) => !known.includes(key));
  if (odd === undefined) return;
  const shown = JSON.stringify(odd.slice(0, 80));
  refuse('bad-structure', `${what} has the key ${shown}; known are ${known.join(', ')}`);
}

/** A text, or undefined for anything else. */
export function textOf(json: Json | undefined): string | undefined {
  return typeof json === 'string' ? json : undefined;
}

/** A list of texts; an absent one is empty. Refuses anything else, and more than a thousand. */
export function readTexts(json: Json | undefined, what: string): readonly string[] {
  if (json === undefined) return [];
  const texts = Array.isArray(json) ? json : [null];
  if (texts.length > MAX_TEXTS) refuse('too-large', `${what} are more than ${MAX_TEXTS}`);
  if (texts.every((text): text is string => typeof text === 'string')) return texts;
  return refuse('bad-structure', `${what} are no list of texts`);
}
