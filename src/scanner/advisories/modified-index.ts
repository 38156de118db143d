/**
 * OSV's index of changes (https://google.github.io/osv.dev/data/): `modified_id.csv`, one line
 * `TIME,ID` (of an ecosystem) or `TIME,ECOSYSTEM/ID` (of all), the newest first. Whoever knows when
 * it looked last reads no further than that.
 */
import { isFamilyName, isRecordId } from '../../domain/advisory-feed.ts';
import { AssayError, isAssayError } from '../../domain/error.ts';
import { type Micros, SECOND, parseTime } from '../../domain/time.ts';

/** A record that changed. */
export interface IndexEntry {
  /** Absent in the index of one ecosystem. */
  readonly family?: string;
  readonly id: string;
  readonly modified: Micros;
}

/** Lines of an index, as far as they were asked for. */
export interface IndexReading {
  /** The newest first; each record once. */
  readonly entries: readonly IndexEntry[];
  /** The time of the newest line; absent: there is none. */
  readonly newest?: Micros;
  /**
   * Every change from then on is among the entries; absent: all there is was read. `Infinity`: the
   * lines were in disorder or too many, and nothing follows from what is missing.
   */
  readonly complete?: Micros;
}

/** How far an index is read. */
export interface IndexBounds {
  /** Older lines are not wanted. */
  readonly since: Micros;
  /** More lines than this are not read. */
  readonly lines: number;
  /** How a line is written; absent: as OSV's. */
  readonly columns?: IndexColumns;
}

/** How a line of an index is written: a time and a name, in this order or the other. */
export interface IndexColumns {
  readonly pattern: RegExp;
  /** For errors. */
  readonly wanted: string;
}

const OSV_COLUMNS: IndexColumns = { pattern: /^(?<time>[^,]+),(?<name>.+)$/, wanted: 'TIME,ID' };

/** Of a CSAF provider's `changes.csv` (CSAF 2.0, 7.1.13): a path, then a time, both in quotes. */
export const CSAF_COLUMNS: IndexColumns = {
  pattern: /^"(?<name>[^",]+)","(?<time>[^",]+)"$/,
  wanted: '"PATH","TIME"',
};

const MAX_LINE = 1024;

/**
 * Reads an index down to a time. Throws `invalid-advisory`, naming the line, for one that is none
 * and for a name that no record has.
 */
export async function readModifiedIndex(
  chunks: AsyncIterable<Uint8Array>,
  { since, lines, columns = OSV_COLUMNS }: IndexBounds,
): Promise<IndexReading> {
  const entries = new Map<string, IndexEntry>();
  let newest: Micros | undefined;
  let last = Infinity;
  let count = 0;
  for await (const line of readLines(chunks)) {
    count += 1;
    const entry = parseLine(line, count, columns);
    newest ??= entry.modified;
    const disorder = secondOf(entry.modified) > secondOf(last);
    last = entry.modified;
    if (disorder || count > lines)
      return { entries: [...entries.values()], newest, complete: Infinity };
    if (secondOf(entry.modified) < secondOf(since))
      return { entries: [...entries.values()], newest, complete: since };
    const key = `${entry.family ?? ''}/${entry.id}`;
    if (!entries.has(key)) entries.set(key, entry);
  }
  return { entries: [...entries.values()], ...(newest !== undefined && { newest }) };
}

/** Whoever sorts times as texts puts `10Z` beside `10.5Z` in either order. */
function secondOf(time: Micros): number {
  return Math.floor(time / SECOND);
}

async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decode = utf8Decoder();
  let rest = '';
  let count = 0;
  for await (const chunk of chunks) {
    const parts = (rest + decode(chunk, count)).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      count += 1;
      if (part.trim() !== '') yield part.trim();
    }
    if (rest.length > MAX_LINE) throw badLine(count + 1, rest);
  }
  if (rest.trim() !== '') yield rest.trim();
}

function utf8Decoder(): (chunk: Uint8Array, lines: number) => string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  return (chunk, lines) => {
    try {
      return decoder.decode(chunk, { stream: true });
    } catch (cause) {
      const message = `the index of changes is no UTF-8 text near line ${lines + 1}`;
      throw new AssayError('invalid-advisory', message, { cause });
    }
  };
}

function parseLine(line: string, number: number, columns: IndexColumns): IndexEntry {
  const bad = (): AssayError => badLine(number, line, columns.wanted);
  const found = line.length > MAX_LINE ? undefined : columns.pattern.exec(line)?.groups;
  const named = parseName(found?.['name'] ?? '');
  if (found === undefined || named === undefined) throw bad();
  return { ...named, modified: timeOf(found['time'] ?? '', bad) };
}

function parseName(name: string): Omit<IndexEntry, 'modified'> | undefined {
  const slash = name.lastIndexOf('/');
  const id = name.slice(slash + 1);
  if (!isRecordId(id)) return undefined;
  if (slash === -1) return { id };
  const family = name.slice(0, slash);
  return isFamilyName(family) ? { id, family } : undefined;
}

function timeOf(text: string, bad: () => AssayError): Micros {
  try {
    return parseTime(text);
  } catch (error) {
    throw isAssayError(error) ? bad() : error;
  }
}

function badLine(number: number, line: string, wanted = 'TIME,ID'): AssayError {
  const found = JSON.stringify(line.slice(0, 120));
  const message = `line ${number} of the index of changes is ${found}; wanted ${wanted}`;
  return new AssayError('invalid-advisory', message);
}
