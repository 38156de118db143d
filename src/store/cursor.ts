/**
 * Page tokens: a place in a keyset, bound to the list that it was made for. They are opaque to
 * clients but not secret; a changed one gives an error or another place of the same list.
 */
import { hash } from 'node:crypto';
import { AssayError } from '../domain/error.ts';
import { canonicalJson, type Json } from '../domain/json.ts';

/** The values of a keyset's columns, in order. */
export type CursorKey = readonly (string | number)[];

const MAX_LENGTH = 4096;

/** Prints a page token for the row after which the next page begins. `list` is all that selects. */
export function formatPageToken(key: CursorKey, list: Json): string {
  return Buffer.from(JSON.stringify([listHash(list), ...key])).toString('base64url');
}

/**
 * Reads a page token of the same list; `shape` says the type of each key column. Refuses anything
 * malformed, and a token of another list or filter, with `invalid-argument`.
 */
export function parsePageToken(
  token: string,
  list: Json,
  shape: readonly ('string' | 'number')[],
): CursorKey {
  const [made, ...key] = decode(token);
  if (!hasShape(key, shape)) throw malformed();
  if (made === listHash(list)) return key;
  throw new AssayError(
    'invalid-argument',
    'pageToken was made for another list or filter; repeat the request that it came from, ' +
      'or start again without pageToken',
  );
}

function listHash(list: Json): string {
  return hash('sha256', canonicalJson(list)).slice(0, 16);
}

function decode(token: string): unknown[] {
  if (token.length > MAX_LENGTH || !/^[A-Za-z0-9_-]+$/.test(token)) throw malformed();
  try {
    const value: unknown = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    throw malformed();
  }
}

function hasShape(key: unknown[], shape: readonly string[]): key is (string | number)[] {
  const fits = (value: unknown, index: number): boolean =>
    typeof value === shape[index] &&
    (typeof value === 'string' ? isStorable(value) : Number.isSafeInteger(value));
  return key.length === shape.length && key.every(fits);
}

/** PostgreSQL takes no NUL, and no half of a character. */
function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

function malformed(): AssayError {
  return new AssayError(
    'invalid-argument',
    'pageToken is not one that this server made; use nextPageToken as it was received',
  );
}
