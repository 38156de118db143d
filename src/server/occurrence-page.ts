/** A page of occurrences on the wire. */
import type { JsonObject } from '../domain/json.ts';
import { listToJson } from '../google/list-message.ts';
import type { ApiVersion } from '../google/methods.ts';
import { occurrenceToJson } from '../google/occurrence-message.ts';
import type { OccurrencePage } from '../operations/list-occurrences.ts';
import { grafeasVersion } from './google-call.ts';

/** Prints a page in a version's terms. */
export function occurrencePage(version: ApiVersion, page: OccurrencePage): JsonObject {
  const wire = grafeasVersion(version);
  const items = page.occurrences.map((one) => occurrenceToJson(wire, one));
  return listToJson('occurrences', items, page.nextPageToken);
}
