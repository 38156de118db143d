/**
 * Bringing Red Hat's CSAF VEX documents up to date: the archive of all, then the documents that
 * `changes.csv` names; `deletions.csv` names those that are gone.
 */
import { join } from 'node:path';
import type { FeedMemo } from '../domain/advisory-feed.ts';
import { AssayError } from '../domain/error.ts';
import { DAY, type Micros, parseTime } from '../domain/time.ts';
import { emptySpool, removeSpool, spoolFeed } from '../remote/spool-feed.ts';
import { collectBytes } from '../remote/verify-stream.ts';
import { CSAF_COLUMNS, type IndexEntry } from '../scanner/advisories/modified-index.ts';
import { findFamilyGeneration } from '../store/feed-rows.ts';
import { type FeedOutcome, type FeedRun, askFeed, below } from './feed-run.ts';
import { type FeedName, feedOf } from './feed-table.ts';
import { importAdvisories } from './import-advisories.ts';
import { type ReadIndex, readIndex } from './read-osv-changes.ts';
import { RED_HAT_FAMILY, takeCsafChanges } from './take-csaf-changes.ts';

/** The archive is fetched anew after so long. */
const WHOLE_EVERY: Micros = 30 * DAY;
/** The archive of a day holds what was there the day before. */
const ARCHIVE_LAG: Micros = 2 * DAY;
const MAX_DELTA = 5000;
const LATEST = 'archive_latest.txt';
const ARCHIVE = /^csaf_vex_(\d{4}-\d{2}-\d{2})\.tar\.zst$/;

/** Brings them up to date. */
export async function updateCsaf(
  run: FeedRun,
  name: FeedName,
  memo: FeedMemo | undefined,
): Promise<FeedOutcome> {
  const known = await stillTrue(run, name, memo);
  if (known?.seen === undefined) return takeArchive(run, name);
  const index = { url: below(known.url, 'changes.csv'), what: 'changes.csv', known: known.index };
  const asked = await readIndex(run, { ...index, columns: CSAF_COLUMNS }, known.seen);
  if (asked === 'unchanged') return { outcome: 'unchanged', memo: known, taken: 0 };
  if (asked === 'absent') throw absent(known.url, 'changes.csv');
  return takeChanges(run, name, { known, seen: known.seen, asked });
}

/** What is remembered holds for one address and data that nobody replaced, and not for ever. */
async function stillTrue(
  { deps, settings }: FeedRun,
  name: FeedName,
  memo: FeedMemo | undefined,
): Promise<FeedMemo | undefined> {
  if (memo?.url !== settings.urls[name]) return undefined;
  if (deps.now() - (memo.wholeTime ?? 0) > WHOLE_EVERY) return undefined;
  const generation = await findFamilyGeneration(deps.store, RED_HAT_FAMILY);
  return memo.generation === generation ? memo : undefined;
}

interface AskedChanges {
  readonly known: FeedMemo;
  readonly seen: Micros;
  readonly asked: ReadIndex;
}

async function takeChanges(
  run: FeedRun,
  name: FeedName,
  { known, seen, asked }: AskedChanges,
): Promise<FeedOutcome> {
  const { entries, complete, newest = seen } = asked.changes;
  const changed = entries.filter(({ modified }) => modified >= seen);
  if (complete > seen || changed.length > MAX_DELTA) return takeArchive(run, name);
  const removed = await readDeletions(run, known, seen);
  await takeCsafChanges(run, { base: known.url, changed, removed, asOf: newest });
  const generation = await findFamilyGeneration(run.deps.store, RED_HAT_FAMILY);
  const memo = { ...known, index: asked.index, seen: Math.max(seen, newest), generation };
  return { outcome: 'delta', memo, taken: changed.length };
}

/** Documents that are gone since; a provider may have no list of them. */
async function readDeletions(
  run: FeedRun,
  known: FeedMemo,
  seen: Micros,
): Promise<readonly IndexEntry[]> {
  const question = { url: below(known.url, 'deletions.csv'), what: 'deletions.csv' };
  const asked = await readIndex(run, { ...question, columns: CSAF_COLUMNS }, seen);
  return typeof asked === 'string' ? [] : asked.changes.entries;
}

async function takeArchive(run: FeedRun, name: FeedName): Promise<FeedOutcome> {
  const { deps, caller, settings } = run;
  const url = settings.urls[name];
  const archive = await latestArchive(run, url);
  const { title, cap } = feedOf(name);
  const what = archive.file;
  const hash = await archiveHash(run, url, what);
  const answer = await askFeed(run, { url: below(url, what), what, cap, ...hash });
  if (answer.kind !== 'content') throw absent(url, archive.file);
  const folder = await emptySpool(settings.folder, name);
  try {
    const path = join(folder, archive.file);
    await spoolFeed(answer, path, (bytes) =>
      deps.progress(`${title}: ${Math.floor(bytes / 2 ** 20)} MiB fetched`),
    );
    const { records } = await importAdvisories(deps, { caller, path, complete: true });
    const generation = await findFamilyGeneration(deps.store, RED_HAT_FAMILY);
    const seen = archive.day - ARCHIVE_LAG;
    const memo = { url, seen, wholeTime: deps.now(), generation };
    return { outcome: 'whole', memo, taken: records, records };
  } finally {
    await removeSpool(folder);
  }
}

async function latestArchive(
  run: FeedRun,
  url: string,
): Promise<{ readonly file: string; readonly day: Micros }> {
  const answer = await askFeed(run, { url: below(url, LATEST), what: LATEST, cap: 1024 });
  if (answer.kind !== 'content') throw absent(url, LATEST);
  const bytes = await collectBytes(answer.chunks(), 1024, LATEST);
  const file = Buffer.from(bytes).toString('utf8').trim();
  const date = ARCHIVE.exec(file)?.[1];
  if (date !== undefined) return { file, day: parseTime(`${date}T00:00:00Z`) };
  const found = JSON.stringify(file.slice(0, 100));
  throw new AssayError(
    'invalid-advisory',
    `${LATEST} names ${found}; wanted csaf_vex_DATE.tar.zst`,
  );
}

/** `HASH  FILE`, as `sha256sum` prints it; a provider need not have it. */
async function archiveHash(
  run: FeedRun,
  url: string,
  file: string,
): Promise<{ readonly sha256?: string }> {
  const what = `${file}.sha256`;
  const answer = await askFeed(run, { url: below(url, what), what, cap: 1024 });
  if (answer.kind !== 'content') return {};
  const text = Buffer.from(await collectBytes(answer.chunks(), 1024, what)).toString('utf8');
  const sha256 = /^([0-9a-f]{64})(?:\s|$)/i.exec(text)?.[1];
  if (sha256 !== undefined) return { sha256 };
  throw new AssayError('invalid-advisory', `${what} has no hash; nothing was taken`);
}

function absent(url: string, file: string): AssayError {
  return new AssayError('not-found', `${new URL(url).host} has no ${file}; check its --feed-url`);
}
