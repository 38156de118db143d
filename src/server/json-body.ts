/** Request bodies as JSON: UTF-8, bounded in depth, with an error that says what is wrong. */
import { AssayError } from '../domain/error.ts';
import { jsonShape, MAX_CONTAINERS } from '../domain/json-shape.ts';

const MAX_DEPTH = 64;

/**
 * Parses a body; an empty one is an empty object. Refuses invalid UTF-8, bad JSON, deep
 * nesting, too many arrays and objects, and a key that one object has twice.
 */
export function parseJsonBody(body: unknown): unknown {
  if (!(body instanceof Uint8Array) || body.length === 0) return {};
  const text = decode(body);
  checkShape(text);
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

/** Looks at a body before anything recursive sees it, and before the last of two keys wins. */
function checkShape(text: string): void {
  const { depth, containers, duplicateKey } = jsonShape(text);
  if (containers > MAX_CONTAINERS) {
    const found = `the body has ${containers} arrays and objects`;
    throw new AssayError('too-large', `${found}; at most ${MAX_CONTAINERS} are read`);
  }
  if (depth > MAX_DEPTH) {
    throw new AssayError('invalid-argument', `the body is nested deeper than ${MAX_DEPTH} levels`);
  }
  if (duplicateKey === undefined) return;
  const key = JSON.stringify(duplicateKey.slice(0, 64));
  throw new AssayError('invalid-argument', `the body has the key ${key} twice; write it once`);
}
