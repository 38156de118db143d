/** Request bodies as JSON: UTF-8, bounded in depth, with an error that says what is wrong. */
import { AssayError } from '../domain/error.ts';

const MAX_DEPTH = 64;

/**
 * Parses a body; an empty one is an empty object. Refuses invalid UTF-8, bad JSON, deep nesting.
 */
export function parseJsonBody(body: unknown): unknown {
  if (!(body instanceof Uint8Array) || body.length === 0) return {};
  const text = decode(body);
  refuseDepth(text);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AssayError('invalid-argument', `the body is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function decode(body: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new AssayError('invalid-argument', 'the body is not UTF-8', { cause });
  }
}

/** Counts brackets outside strings, before anything recursive sees the text. */
function refuseDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at);
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') depth -= 1;
    if (depth > MAX_DEPTH) {
      throw new AssayError(
        'invalid-argument',
        `the body is nested deeper than ${MAX_DEPTH} levels`,
      );
    }
  }
}

/** The position of the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at;
}
