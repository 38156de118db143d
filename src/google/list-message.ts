/** Requests and answers that many methods share: paging, filters, masks, ids of what is created. */
import { AssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { fieldError, show } from './read-message.ts';

/** Items on a page where the request names no number. */
export const DEFAULT_PAGE_SIZE = 20;
/** Items on a page at most; more is clamped, not refused. */
export const MAX_PAGE_SIZE = 1000;

const MAX_FILTER_LENGTH = 16_384;
const MAX_TOKEN_LENGTH = 4096;

/** What a list is asked for. */
export interface ListQuery {
  readonly pageSize: number;
  readonly pageToken?: string;
  /** Empty where there is none: everything. */
  readonly filter: string;
}

/**
 * Reads the paging of a list. Page size: 20 by default or at 0, clamped to 1000; a negative one or
 * no number is refused. Empty tokens count as absent.
 */
export function readListQuery(request: JsonObject): ListQuery {
  const pageToken = readParameter(request, 'pageToken', MAX_TOKEN_LENGTH);
  const filter = readParameter(request, 'filter', MAX_FILTER_LENGTH) ?? '';
  return { pageSize: readPageSize(request), filter, ...(pageToken !== undefined && { pageToken }) };
}

/** The id of what a create request makes: `noteId` or `attestorId`. Refuses its absence. */
export function readCreateId(request: JsonObject, name: 'noteId' | 'attestorId'): string {
  const id = readParameter(request, name, 1024);
  if (id !== undefined) return id;
  throw new AssayError('invalid-argument', `query parameter ${name} is missing: it is required`);
}

/** Paths of an `updateMask`, in camelCase; undefined where the request has none. */
export function readUpdateMask(request: JsonObject): readonly string[] | undefined {
  const mask = readParameter(request, 'updateMask', 4096);
  return mask?.split(',').map((path) => camelCase(path.trim()));
}

/** Prints a page: no empty list and no empty token, as proto3's JSON leaves them out. */
export function listToJson(
  field: string,
  items: readonly JsonObject[],
  nextPageToken?: string,
): JsonObject {
  return {
    ...(items.length > 0 && { [field]: items }),
    ...(nextPageToken && { nextPageToken }),
  };
}

function readPageSize(request: JsonObject): number {
  const given = request['pageSize'];
  const text = typeof given === 'number' ? String(given) : readParameter(request, 'pageSize', 32);
  if (text === undefined) return DEFAULT_PAGE_SIZE;
  const size = /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (size >= 0) return size === 0 ? DEFAULT_PAGE_SIZE : Math.min(size, MAX_PAGE_SIZE);
  const wanted = `want a number from 1 to ${MAX_PAGE_SIZE}`;
  throw new AssayError('invalid-argument', `pageSize is ${JSON.stringify(text)}; ${wanted}`);
}

/** A field of text; empty is absent. */
function readParameter(request: JsonObject, name: string, limit: number): string | undefined {
  const text = request[name] ?? '';
  if (typeof text !== 'string') throw fieldError([name], `is ${show(text)}; want text`);
  if (text.length <= limit) return text === '' ? undefined : text;
  const found = `query parameter ${name} has ${text.length} characters`;
  const message = `${found}; at most ${limit} are read`;
  throw new AssayError('invalid-argument', message);
}

function camelCase(path: string): string {
  return path.replaceAll(/(?<=[a-zA-Z0-9])_([a-z0-9])/g, (_, letter: string) =>
    letter.toUpperCase(),
  );
}
