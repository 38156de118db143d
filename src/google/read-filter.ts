/** The filters of list methods, read and resolved by the fields that notes and occurrences have. */
import { parseFilter } from '../domain/parse-filter.ts';
import { resolveFilter } from '../domain/resolve-filter.ts';
import type { ResolvedFilter } from '../domain/resolved-filter.ts';
import { findNoteField, findOccurrenceField } from './filter-fields.ts';

/** Reads a filter of occurrences; throws `invalid-filter`, pointing at the character. */
export function readOccurrenceFilter(text: string): ResolvedFilter {
  return resolveFilter(parseFilter(text), findOccurrenceField);
}

/** Reads a filter of notes; throws `invalid-filter`, pointing at the character. */
export function readNoteFilter(text: string): ResolvedFilter {
  return resolveFilter(parseFilter(text), findNoteField);
}
