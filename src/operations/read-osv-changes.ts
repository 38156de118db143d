/**
 * What changed at OSV since it was asked last, by one question for all ecosystems: its global index
 * of changes, read down to where the ecosystem that is furthest behind stands. It also says how new
 * the mirror is: one that stands still must not make data look fresh.
 */
import { ADVISORY_DATE_LEEWAY } from '../domain/advisory.ts';
import type { FeedMemo } from '../domain/advisory-feed.ts';
import { AssayError } from '../domain/error.ts';
import { type Micros, formatTime } from '../domain/time.ts';
import {
  type IndexColumns,
  type IndexEntry,
  type IndexReading,
  readModifiedIndex,
} from '../scanner/advisories/modified-index.ts';
import { type FeedQuestion, type FeedRun, askFeed, below } from './feed-run.ts';

/** What an index of changes told. */
export interface OsvChanges {
  readonly entries: readonly IndexEntry[];
  /** The newest change that the mirror has. */
  readonly newest?: Micros;
  /** All changes from then on are among the entries. */
  readonly complete: Micros;
}

/** The name of an index. */
export const INDEX = 'modified_id.csv';
/** Lines of an index that are read: beyond, a whole export is cheaper. */
const MAX_LINES = 200_000;
const MAX_INDEX_BYTES = 256 * 1024 * 1024;

/** The index of all ecosystems, and what to ask for its changes by. */
export interface GlobalChanges {
  /** Absent: the mirror has none. */
  readonly changes?: OsvChanges;
  readonly memo: FeedMemo;
}

/** Reads the global index down to a time; `known` is what is kept of it. */
export async function readGlobalChanges(
  run: FeedRun,
  known: FeedMemo | undefined,
  since: Micros,
): Promise<GlobalChanges> {
  const url = run.settings.urls.osv;
  const own = known?.url === url ? known : undefined;
  const question = { url: below(url, INDEX), what: INDEX, known: own?.index };
  const asked = await readIndex(run, question, since);
  if (asked === 'absent') return { memo: { url } };
  if (asked === 'unchanged') return unchangedSince(own ?? { url });
  const { changes, index } = asked;
  const seen = changes.newest === undefined ? {} : { seen: changes.newest };
  return { changes, memo: { url, index, ...seen } };
}

/** Nothing changed since the newest change that was seen. */
function unchangedSince(memo: FeedMemo): GlobalChanges {
  const { seen } = memo;
  if (seen === undefined) return { memo };
  return { memo, changes: { entries: [], complete: seen, newest: seen } };
}

/** An index that was read, with what its next state is asked for by. */
export interface ReadIndex {
  readonly changes: OsvChanges;
  readonly index: NonNullable<FeedMemo['index']>;
}

/** Which index, and how its lines are written; absent: as OSV's. */
export interface IndexQuestion extends Omit<FeedQuestion, 'cap'> {
  readonly columns?: IndexColumns;
}

/** Reads an index down to a time. Throws `invalid-advisory` for one that is dated in the future. */
export async function readIndex(
  run: FeedRun,
  { columns, ...question }: IndexQuestion,
  since: Micros,
): Promise<ReadIndex | 'absent' | 'unchanged'> {
  const answer = await askFeed(run, { ...question, cap: MAX_INDEX_BYTES });
  if (answer.kind !== 'content') return answer.kind;
  try {
    const read = await readModifiedIndex(answer.chunks(), {
      since,
      lines: MAX_LINES,
      ...(columns !== undefined && { columns }),
    });
    refuseFuture(read, run.deps.now(), question.what);
    const { entries, newest, complete = -Infinity } = read;
    const changes = { entries, complete, ...(newest !== undefined && { newest }) };
    return { changes, index: answer.validators };
  } finally {
    await answer.discard();
  }
}

/** A change of tomorrow would hide all those until then. */
function refuseFuture({ newest }: IndexReading, now: Micros, what: string): void {
  if (newest === undefined || newest <= now + ADVISORY_DATE_LEEWAY) return;
  const message = `the newest change of ${what} is of ${formatTime(newest)}, which is to come`;
  throw new AssayError('invalid-advisory', `${message}; nothing was taken`);
}
