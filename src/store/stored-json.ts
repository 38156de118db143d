/** JSON in columns: each value carries the version of its shape, so that later ones can tell. */
import { AssayError } from '../domain/error.ts';

/** Prints a value for a column with `schemaVersion` 1. */
export function formatStored(value: object): string {
  return JSON.stringify({ schemaVersion: 1, ...value });
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
