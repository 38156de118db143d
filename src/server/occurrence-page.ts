/** A page of occurrences on the wire. */
import type { JsonObject } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import { listToJson } from '../google/list-message.ts';
import type { ApiVersion } from '../google/methods.ts';
import { occurrenceToJson } from '../google/occurrence-message.ts';
import { grafeasVersion } from './google-call.ts';

/** A page of a list; without a token it is the last one. */
export interface OccurrencePage {
  readonly occurrences: readonly Occurrence[];
  readonly nextPageToken?: string;
}

/** Prints a page in a version's terms. */
export function occurrencePage(version: ApiVersion, page: OccurrencePage): JsonObject {
  const wire = grafeasVersion(version);
  const items = page.occurrences.map((one) => occurrenceToJson(wire, one));
  return listToJson('occurrences', items, page.nextPageToken);
}
