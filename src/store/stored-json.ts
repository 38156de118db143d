/** JSON in columns: each value carries the version of its shape, so that later ones can tell. */
import { AssayError } from '../domain/error.ts';

/** Prints a value for a column with `schemaVersion` 1. */
export function formatStored(value: object): string {
  const members = JSON.stringify(value).slice(1);
  return members === '}' ? '{"schemaVersion":1}' : `{"schemaVersion":1,${members}`;
}

/** What PostgreSQL cannot look into JSON for: an escaped NUL or half a character. */
const UNSEARCHABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f][0-9a-f]{2})/;

/**
 * As {@link formatStored}, for what filters look into. Refuses NUL and unpaired surrogates: one
 * such text would make every look into its column fail.
 */
export function formatSearchable(value: object): string {
  const text = formatStored(value);
  if (!UNSEARCHABLE.test(text)) return text;
  throw new AssayError(
    'invalid-argument',
    'a text holds the character U+0000 or half a surrogate pair; send Unicode without them',
  );
}

/** Reads what {@link formatStored} of this version wrote; refuses another version. */
export function parseStored<T>(text: string): T {
  // The store is the only writer of its columns, so the shape follows from the version.
  const { schemaVersion, ...value } = JSON.parse(text) as { schemaVersion: unknown };
  if (schemaVersion === 1) return value as T;
  throw new AssayError(
    'internal',
    `a stored value has schemaVersion ${String(schemaVersion)}; this version reads 1`,
  );
}

/** Cuts a list into parts of at most `size`, for statements with many parameters. */
export function chunksOf<T>(values: readonly T[], size: number): T[][] {
  const count = Math.ceil(values.length / size);
  return Array.from({ length: count }, (_, i) => values.slice(i * size, (i + 1) * size));
}
