/**
 * Fetching the single records of an ecosystem that changed. All of them are fetched and looked at
 * before the first is taken: one that is broken, another's, or older than the index says leaves the
 * earlier data in force.
 */
import { join } from 'node:path';
import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import { type Micros, SECOND, parseTime } from '../domain/time.ts';
import type { AdvisoryRecord } from '../remote/advisory-export.ts';
import { readFileCapped } from '../remote/read-text-file.ts';
import { type SpoolBudget, emptySpool, removeSpool, spoolWithin } from '../remote/spool-feed.ts';
import type { IndexEntry } from '../scanner/advisories/modified-index.ts';
import { changeAdvisories } from './change-advisories.ts';
import { type FeedRun, askFeed, below } from './feed-run.ts';

/** Above so many changed records the whole export is cheaper. */
export const MAX_DELTA = 2000;
const MAX_RECORD_BYTES = 16 * 1024 * 1024;
const MAX_DELTA_BYTES = 1024 * 1024 * 1024;
/** Requests at once. */
const TOGETHER = 8;

/** Records that changed. */
export interface OsvDelta {
  readonly family: string;
  readonly entries: readonly IndexEntry[];
  /** The family is whole up to then, once they are taken. */
  readonly asOf: Micros | undefined;
}

/** Fetches and takes them. */
export async function takeOsvChanges(run: FeedRun, delta: OsvDelta): Promise<void> {
  const { deps, caller, settings } = run;
  const { family, entries, asOf } = delta;
  const folder = await emptySpool(settings.folder, family);
  try {
    const spooled = entries.map((entry, index) => ({ entry, path: join(folder, `${index}.json`) }));
    await fetchAll(run, family, spooled);
    const until = asOf === undefined ? {} : { asOf: Math.min(asOf, deps.now()) };
    const records = readSpooled(family, spooled);
    await changeAdvisories(deps, { caller, family, records, removed: [], ...until });
  } finally {
    await removeSpool(folder);
  }
}

interface Spooled {
  readonly entry: IndexEntry;
  /** Numbered: what the publisher calls it is no name for a file. */
  readonly path: string;
}

async function fetchAll(run: FeedRun, family: string, spooled: readonly Spooled[]): Promise<void> {
  const waiting = once(spooled);
  const budget = { cap: MAX_DELTA_BYTES, used: 0 };
  let done = 0;
  const work = async (): Promise<void> => {
    for (const one of waiting) {
      await fetchRecord(run, family, { ...one, budget });
      done += 1;
      run.deps.progress(`${family}: ${done} of ${spooled.length} changed records fetched`);
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: TOGETHER }, work));
  const failed = ended.find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
}

/** A generator that several loops share ends for all of them where one of them fails. */
function* once<T>(values: readonly T[]): Generator<T> {
  yield* values;
}

async function fetchRecord(
  run: FeedRun,
  family: string,
  { entry, path, budget }: Spooled & { readonly budget: SpoolBudget },
): Promise<void> {
  const name = `${entry.id}.json`;
  const url = below(run.settings.urls.osv, family, name);
  const what = `${family}/${name}`;
  const answer = await askFeed(run, { url, what, cap: MAX_RECORD_BYTES });
  if (answer.kind !== 'content') {
    const message = `${url.host} names ${what} in its index and does not have it; try again later`;
    throw new AssayError('unavailable', message);
  }
  await spoolWithin(budget, answer, path);
}

async function* readSpooled(
  family: string,
  spooled: readonly Spooled[],
): AsyncGenerator<AdvisoryRecord> {
  for (const { entry, path } of spooled) {
    const name = `${family}/${entry.id}.json`;
    const bytes = await readFileCapped(path, MAX_RECORD_BYTES);
    checkRecord(bytes, entry, name);
    yield { name, bytes };
  }
}

/** The record that was asked for, in the state that the index tells of; a clock's second apart. */
function checkRecord(bytes: Uint8Array, { id, modified }: IndexEntry, name: string): void {
  const found = readMark(bytes, name);
  if (found.id !== id) {
    const other = JSON.stringify(String(found.id).slice(0, 100));
    throw new AssayError('invalid-advisory', `${name} is the record ${other}; nothing was taken`);
  }
  if (Math.floor(found.modified / SECOND) >= Math.floor(modified / SECOND)) return;
  const message = `${name} is older than its index says; nothing was taken, try again later`;
  throw new AssayError('unavailable', message);
}

function readMark(
  bytes: Uint8Array,
  name: string,
): { readonly id: unknown; readonly modified: Micros } {
  try {
    const json: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    const { id, modified } = isJsonObject(json) ? json : {};
    return { id, modified: parseTime(typeof modified === 'string' ? modified : '') };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new AssayError('invalid-advisory', `${name}: ${why}; nothing was taken`, { cause });
  }
}
