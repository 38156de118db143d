/**
 * Bringing one ecosystem of OSV up to date: nothing where its index says so, single records where
 * few changed, else the whole export. Nothing is taken before all of it was fetched and read.
 */
import { join } from 'node:path';
import { ADVISORY_DATE_LEEWAY } from '../domain/advisory.ts';
import type { FeedMemo } from '../domain/advisory-feed.ts';
import { AssayError } from '../domain/error.ts';
import { DAY, type Micros } from '../domain/time.ts';
import type { FeedContent } from '../remote/fetch-feed.ts';
import { emptySpool, removeSpool, spoolFeed } from '../remote/spool-feed.ts';
import type { IndexEntry } from '../scanner/advisories/modified-index.ts';
import { confirmSources, findFamilyGeneration, listAdvisoryTimes } from '../store/feed-rows.ts';
import { type FeedOutcome, type FeedRun, askFeed, below } from './feed-run.ts';
import { FEEDS } from './feed-table.ts';
import { importAdvisories } from './import-advisories.ts';
import { INDEX, type OsvChanges, readIndex } from './read-osv-changes.ts';
import { MAX_DELTA, takeOsvChanges } from './take-osv-changes.ts';

/** An ecosystem and what is known of it. */
export interface OsvFamily {
  readonly family: string;
  readonly memo: FeedMemo | undefined;
  /** Somebody asked for it by name. */
  readonly wanted: boolean;
}

/** The whole is fetched anew after so long, for what neither an index nor a record tells of. */
const WHOLE_EVERY: Micros = 7 * DAY;
/** A whole export may be older than the index by so much. */
const EXPORT_LAG: Micros = DAY;
const WHOLE = 'all.zip';

/** Brings an ecosystem up to date. `all` is what the index of all ecosystems told. */
export async function updateOsvFamily(
  run: FeedRun,
  { family, memo, wanted }: OsvFamily,
  all: OsvChanges | undefined,
): Promise<FeedOutcome> {
  const known = await stillTrue(run, family, memo);
  const isOld = known?.seen === undefined || isOlder(run, known.wholeTime);
  const found = isOld ? undefined : await findChanges(run, { family, memo: known }, all);
  if (found === undefined) return takeWhole(run, { family, memo: known, wanted }, all);
  const { changed, added } = await changedEntries(run, family, found.entries);
  if (changed.length === 0) return confirm(run, family, found);
  if (changed.length > MAX_DELTA) return takeWhole(run, { family, memo: known, wanted }, all);
  await takeOsvChanges(run, { family, entries: changed, asOf: found.asOf });
  const generation = await findFamilyGeneration(run.deps.store, family);
  return { outcome: 'delta', memo: { ...found.memo, generation }, taken: changed.length, added };
}

/** What is remembered holds for one address, and for data that nobody replaced meanwhile. */
async function stillTrue(
  run: FeedRun,
  family: string,
  memo: FeedMemo | undefined,
): Promise<FeedMemo | undefined> {
  if (memo?.url !== run.settings.urls.osv) return undefined;
  const generation = await findFamilyGeneration(run.deps.store, family);
  return memo.generation === generation ? memo : undefined;
}

function isOlder({ deps }: FeedRun, wholeTime: Micros | undefined): boolean {
  return deps.now() - (wholeTime ?? 0) > WHOLE_EVERY;
}

interface FoundChanges {
  readonly entries: readonly IndexEntry[];
  readonly memo: FeedMemo;
  /** The data are whole up to then, once the entries are taken. */
  readonly asOf: Micros | undefined;
}

interface KnownFamily {
  readonly family: string;
  readonly memo: FeedMemo;
}

/** Changes since an ecosystem was seen last; undefined: no index tells them all. */
async function findChanges(
  run: FeedRun,
  known: KnownFamily,
  all: OsvChanges | undefined,
): Promise<FoundChanges | undefined> {
  const told = all === undefined ? undefined : toldByAll(known, all);
  return told ?? toldByOwn(run, known, all?.newest);
}

/** By the index of all ecosystems, where that reaches back far enough. */
function toldByAll({ family, memo }: KnownFamily, all: OsvChanges): FoundChanges | undefined {
  const { seen = 0 } = memo;
  const { newest } = all;
  if (newest === undefined || all.complete > seen) return undefined;
  const entries = all.entries.filter((one) => one.family === family && one.modified >= seen);
  return { entries, memo: { ...memo, seen: Math.max(seen, newest) }, asOf: newest };
}

/** By its own index, which is read after that of all and so is no older. */
async function toldByOwn(
  run: FeedRun,
  { family, memo }: KnownFamily,
  floor: Micros | undefined,
): Promise<FoundChanges | undefined> {
  const { seen = 0 } = memo;
  const url = below(memo.url, family, INDEX);
  const own = await readIndex(run, { url, what: `${family}/${INDEX}`, known: memo.index }, seen);
  if (own === 'absent') return undefined;
  if (own === 'unchanged') {
    return { entries: [], memo: { ...memo, seen: Math.max(seen, floor ?? 0) }, asOf: floor };
  }
  const { entries, complete, newest = seen } = own.changes;
  if (complete > seen) return undefined;
  const asOf = Math.max(newest, floor ?? 0);
  const next = { ...memo, index: own.index, seen: Math.max(seen, asOf) };
  return { entries: entries.filter((one) => one.modified >= seen), memo: next, asOf };
}

interface ChangedEntries {
  /** What the data in force do not have yet. */
  readonly changed: readonly IndexEntry[];
  /** How many of these they do not have in any state. */
  readonly added: number;
}

async function changedEntries(
  run: FeedRun,
  family: string,
  entries: readonly IndexEntry[],
): Promise<ChangedEntries> {
  const ids = entries.map(({ id }) => id);
  const times = await listAdvisoryTimes(run.deps.store, family, ids);
  const changed = entries.filter(({ id, modified }) => (times.get(id) ?? -1) < modified);
  return { changed, added: changed.filter(({ id }) => !times.has(id)).length };
}

interface Confirmed {
  readonly memo: FeedMemo;
  readonly asOf: Micros | undefined;
}

/** Keeps that the data in force are whole up to a time. */
async function confirm(
  { deps }: FeedRun,
  family: string,
  { memo, asOf }: Confirmed,
): Promise<FeedOutcome> {
  if (asOf !== undefined) {
    const until = Math.min(asOf, deps.now());
    await deps.store.write((tx) => confirmSources(tx, { family, asOf: until }));
  }
  return { outcome: 'unchanged', memo, taken: 0 };
}

/** Fetches the whole export, where it changed, and puts it in place of the earlier data. */
async function takeWhole(
  run: FeedRun,
  { family, memo, wanted }: OsvFamily,
  all: OsvChanges | undefined,
): Promise<FeedOutcome> {
  const url = run.settings.urls.osv;
  const what = `${family}/${WHOLE}`;
  const question = { url: below(url, family, WHOLE), what, cap: FEEDS.osv.cap };
  const answer = await askFeed(run, { ...question, known: memo?.whole });
  if (answer.kind === 'absent') return absent(run, { family, memo, wanted });
  const wholeTime = run.deps.now();
  if (answer.kind === 'unchanged') {
    return confirm(run, family, { memo: { url, ...memo, wholeTime }, asOf: all?.newest });
  }
  const { records, newest } = await importWhole(run, family, answer);
  const generation = await findFamilyGeneration(run.deps.store, family);
  const seen = Math.min(newest, wholeTime) - EXPORT_LAG;
  const kept = { url, whole: answer.validators, seen, wholeTime, generation };
  await confirm(run, family, { memo: kept, asOf: all?.newest ?? dateOf(answer, wholeTime) });
  return { outcome: 'whole', memo: kept, taken: records, records };
}

/** When the server says that it last wrote the export; not where that is to come. */
function dateOf({ validators }: FeedContent, now: Micros): Micros | undefined {
  const time = Date.parse(validators.lastModified ?? '') * 1000;
  return Number.isNaN(time) || time > now + ADVISORY_DATE_LEEWAY ? undefined : time;
}

/** What was there before must not quietly grow old. */
function absent({ settings }: FeedRun, { family, memo, wanted }: OsvFamily): FeedOutcome {
  const url = settings.urls.osv;
  if (!wanted && memo === undefined) return { outcome: 'absent', memo: { url }, taken: 0 };
  const message = `${new URL(url).host} has no ${family}/${WHOLE}; check the ecosystem's name`;
  throw new AssayError('not-found', message);
}

async function importWhole(
  run: FeedRun,
  family: string,
  content: FeedContent,
): Promise<{ readonly records: number; readonly newest: Micros }> {
  const { deps, caller, settings } = run;
  const folder = await emptySpool(settings.folder, family);
  try {
    const path = join(folder, WHOLE);
    await spoolFeed(content, path, (bytes) =>
      deps.progress(`${family}: ${Math.floor(bytes / 2 ** 20)} MiB fetched`),
    );
    const { records, sources } = await importAdvisories(deps, { caller, path, complete: true });
    return { records, newest: Math.max(0, ...sources.map(({ updated }) => updated)) };
  } finally {
    await removeSpool(folder);
  }
}
