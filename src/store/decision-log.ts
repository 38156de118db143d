/** Reading, checking and shortening the log of decisions; `decision-queue.ts` writes it. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Evaluation } from '../domain/decision.ts';
import { AssayError } from '../domain/error.ts';
import { DAY, type Micros } from '../domain/time.ts';
import type { Outcome } from '../domain/verdict.ts';
import { chainHash } from './chain-hash.ts';
import { formatPageToken, parsePageToken } from './cursor.ts';
import { parseDecisionPayload } from './decision-payload.ts';
import { statement } from './sql-builder.ts';
import type { DecisionEntry, Reader, Store, Tx } from './store-contract.ts';

/** Batches that one page of a list may read. */
const EXAMINED_BATCHES = 500;
/** How much later than its id says a decision may have been committed, in milliseconds. */
const LATE_MILLISECONDS = 60_000;
/** Batches read or removed at a time. */
const STEP = 200;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const batchesAround = statement((sql, p: { id: string; latest: string }) =>
  sql
    .selectFrom('decision_batch')
    .select('sequence')
    .where('last_id', '>=', p.id)
    .where('last_id', '<=', p.latest)
    .where('first_id', '<=', p.id)
    .orderBy('last_id')
    .limit(5000),
);

const batchesBefore = statement((sql, p: { sequence: number; limit: number }) =>
  sql
    .selectFrom('decision_batch')
    .select(['sequence', 'payload'])
    .where('sequence', '<', p.sequence)
    .orderBy('sequence', 'desc')
    .limit(p.limit),
);

const batchesAfter = statement((sql, p: { sequence: number; limit: number }) =>
  sql
    .selectFrom('decision_batch')
    .selectAll()
    .where('sequence', '>', p.sequence)
    .orderBy('sequence')
    .limit(p.limit),
);

const evaluationById = statement((sql, p: { id: string }) =>
  sql.selectFrom('evaluation').select('body').where('id', '=', p.id),
);

/** A decision by its id (UUIDv7; anything else is `invalid-argument`), or undefined. */
export async function findDecision(db: Reader, id: string): Promise<DecisionEntry | undefined> {
  if (!UUID_V7.test(id)) {
    const found = JSON.stringify(id.slice(0, 64));
    throw new AssayError('invalid-argument', `decision id ${found} is not a lower-case UUIDv7`);
  }
  for (const { sequence } of await db.all(batchesAround({ id, latest: latestFor(id) }))) {
    const [row] = await db.all(batchesBefore({ sequence: sequence + 1, limit: 1 }));
    // A look at the text spares the parsing of a batch that merely overlaps.
    if (row === undefined || !row.payload.includes(id)) continue;
    return parseDecisionPayload(row.payload).find((decision) => decision.id === id);
  }
  return undefined;
}

/** What a decision evaluated, by its id, or undefined. */
export async function findEvaluation(db: Reader, id: string): Promise<Evaluation | undefined> {
  const row = await db.first(evaluationById({ id }));
  // Kept under the digest of exactly this text.
  return row && (JSON.parse(row.body) as Evaluation);
}

/** What of the decisions is asked for. */
export interface DecisionList {
  readonly project: string;
  readonly cluster?: string | undefined;
  readonly outcome?: Outcome | undefined;
  readonly pageSize: number;
  readonly pageToken?: string | undefined;
}

/** A page, newest first; it may be short while more follow. */
export interface DecisionPage {
  readonly decisions: DecisionEntry[];
  readonly nextPageToken?: string;
}

/** Lists decisions, newest first. */
export async function listDecisions(db: Reader, list: DecisionList): Promise<DecisionPage> {
  const { project, cluster, outcome } = list;
  const bound = ['decisions', project, cluster ?? null, outcome ?? null];
  const start = list.pageToken ? parsePageToken(list.pageToken, bound, PLACE) : NEWEST;
  const decisions: DecisionEntry[] = [];
  let [sequence, skipped] = [Number(start[0]), Number(start[1])];
  for (let examined = 0; examined < EXAMINED_BATCHES; examined += 1) {
    // The batch of the place itself is read again, without the decisions already shown.
    const [row] = await db.all(batchesBefore({ sequence: sequence + 1, limit: 1 }));
    if (row === undefined) return { decisions };
    if (row.sequence < sequence) skipped = 0;
    const wanted = newestFirst(row.payload).filter((entry) => isWanted(entry, list));
    const room = list.pageSize - decisions.length;
    decisions.push(...wanted.slice(skipped, skipped + room));
    if (wanted.length > skipped + room) {
      const place = [row.sequence, skipped + room];
      return { decisions, nextPageToken: formatPageToken(place, bound) };
    }
    [sequence, skipped] = [row.sequence - 1, 0];
    if (sequence <= 0) return { decisions };
  }
  return { decisions, nextPageToken: formatPageToken([sequence, 0], bound) };
}

const PLACE = ['number', 'number'] as const;
const NEWEST = [Number.MAX_SAFE_INTEGER - 1, 0] as const;

/** What checking the chain found. */
export type ChainCheck =
  | { readonly intact: true; readonly batches: number }
  | { readonly intact: false; readonly sequence: number; readonly problem: string };

/** Recomputes the whole chain of batches from the last checkpoint, giving way between parts. */
export async function verifyDecisionChain(db: Reader): Promise<ChainCheck> {
  const checkpoint = await findCheckpoint(db);
  let { sequence, hash } = checkpoint;
  for (;;) {
    const rows = await db.all(batchesAfter({ sequence, limit: STEP }));
    if (rows.length === 0) return { intact: true, batches: sequence - checkpoint.sequence };
    for (const row of rows) {
      const problem = linkProblem(row, { sequence, hash });
      if (problem !== undefined) return { intact: false, sequence: row.sequence, problem };
      ({ sequence, hash } = row);
    }
    await nextTurn();
  }
}

/** What pruning removed. */
export interface Pruned {
  readonly batches: number;
  readonly decisions: number;
}

/**
 * Removes whole batches from the oldest on: those that ended before `before`, and those beyond
 * `maxBytes` of payload. A checkpoint keeps where the chain goes on. Evaluations that no kept
 * decision can refer to go too.
 */
export async function pruneDecisions(
  store: Store,
  limits: { before: Micros; maxBytes?: number; time: Micros },
): Promise<Pruned> {
  const total = { batches: 0, decisions: 0 };
  for (;;) {
    const step = await store.write((tx) => pruneStep(tx, limits));
    total.batches += step.batches;
    total.decisions += step.decisions;
    if (step.batches < STEP) break;
  }
  await pruneEvaluations(store, limits.before);
  return total;
}

function latestFor(id: string): string {
  const milliseconds = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) + LATE_MILLISECONDS;
  const hex = milliseconds.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-~`;
}

function newestFirst(payload: string): DecisionEntry[] {
  const order = (a: DecisionEntry, b: DecisionEntry): number =>
    b.time - a.time || (a.id < b.id ? 1 : -1);
  return parseDecisionPayload(payload).sort(order);
}

function isWanted(entry: DecisionEntry, { project, cluster, outcome }: DecisionList): boolean {
  if (entry.project !== project) return false;
  if (cluster !== undefined && entry.cluster !== cluster) return false;
  return outcome === undefined || entry.outcome === outcome;
}

interface ChainEnd {
  readonly sequence: number;
  readonly hash: string;
}

async function findCheckpoint(db: Reader): Promise<ChainEnd & { removed: number }> {
  const row = await db.first(db.sql.selectFrom('decision_checkpoint').selectAll().limit(1));
  return row ?? { sequence: 0, hash: '', removed: 0 };
}

interface BatchRow extends ChainEnd {
  readonly previous_hash: string;
  readonly payload: string;
}

function linkProblem(row: BatchRow, previous: ChainEnd): string | undefined {
  if (row.sequence !== previous.sequence + 1) return `batch ${previous.sequence + 1} is missing`;
  if (row.previous_hash !== previous.hash) return 'it does not follow the batch before it';
  const intact = chainHash(row.previous_hash, row.payload) === row.hash;
  return intact ? undefined : 'its content does not have its hash';
}

interface PruneLimits {
  readonly before: Micros;
  readonly maxBytes?: number;
  readonly time: Micros;
}

async function pruneStep(tx: Tx, { before, maxBytes, time }: PruneLimits): Promise<Pruned> {
  const sizes = tx.sql
    .selectFrom('decision_batch')
    .select((sum) => sum.fn.sum('bytes').as('bytes'));
  let excess = maxBytes === undefined ? 0 : Number((await tx.first(sizes))?.bytes ?? 0) - maxBytes;
  const rows = await tx.all(batchesAfter({ sequence: 0, limit: STEP }));
  const gone: typeof rows = [];
  for (const row of rows) {
    if (row.last_time >= before && excess <= 0) break;
    excess -= row.bytes;
    gone.push(row);
  }
  const last = gone.at(-1);
  if (last === undefined) return { batches: 0, decisions: 0 };
  const decisions = gone.reduce((sum, row) => sum + row.count, 0);
  await moveCheckpoint(tx, last, { time, decisions });
  await tx.run(tx.sql.deleteFrom('decision_batch').where('sequence', '<=', last.sequence));
  return { batches: gone.length, decisions };
}

async function moveCheckpoint(
  tx: Tx,
  { sequence, hash }: ChainEnd,
  { time, decisions }: { time: Micros; decisions: number },
): Promise<void> {
  const removed = (await findCheckpoint(tx)).removed + decisions;
  await tx.run(tx.sql.deleteFrom('decision_checkpoint'));
  const row = { id: 1, sequence, hash, removed, time };
  await tx.run(tx.sql.insertInto('decision_checkpoint').values(row));
}

async function pruneEvaluations(store: Store, before: Micros): Promise<void> {
  const day = before - (before % DAY);
  await store.write(async (tx) => {
    await tx.run(tx.sql.deleteFrom('evaluation').where('last_day', '<', day));
  });
  store.forgetEvaluations();
}
