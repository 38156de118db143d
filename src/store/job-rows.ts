/**
 * Work to be done later, each kind and key once over all replicas. Whoever takes a job holds it
 * until its lease ends; how often it was taken is the proof: a holder whose lease was taken over
 * finds another count, and what it came to is dropped.
 */
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** What is done. */
export type JobKind =
  | 'route-events'
  | 'announce-matches'
  | 'deliver-events'
  | 'match-packages'
  | 'reread-images'
  | 'scan'
  | 'poll-watch'
  | 'refresh-advisories';

/** A job and whose it is. */
export interface JobKey {
  readonly kind: JobKind;
  /** What of its kind: a destination, a project; empty where there is one. */
  readonly key: string;
}

/** A job that was taken. */
export interface LeasedJob extends JobKey {
  /** How often it was taken, this time included. */
  readonly taken: number;
}

const NEVER: Micros = Number.MAX_SAFE_INTEGER;

interface JobRow extends JobKey {
  readonly id: string;
  readonly body: string;
  readonly runAt: Micros;
}

const insertJob = statement((sql, p: JobRow) =>
  sql
    .insertInto('job')
    .values({
      id: p.id,
      kind: p.kind,
      unique_key: p.key,
      body: p.body,
      run_at: p.runAt,
      lease_until: null,
      attempts: 0,
      priority: 0,
      registry: '',
    })
    .onConflict((conflict) => conflict.doNothing()),
);

const hasten = statement((sql, p: JobKey & { runAt: Micros }) =>
  sql
    .updateTable('job')
    .set({ run_at: p.runAt })
    .where('kind', '=', p.kind)
    .where('unique_key', '=', p.key)
    .where('run_at', '>', p.runAt),
);

interface DueJobs {
  readonly kind: JobKind;
  readonly now: Micros;
  readonly limit: number;
}

const dueJobs = statement((sql, p: DueJobs) =>
  sql
    .selectFrom('job')
    .select(['unique_key', 'attempts'])
    .where('kind', '=', p.kind)
    .where('run_at', '<=', p.now)
    .where((on) => on.or([on('lease_until', 'is', null), on('lease_until', '<=', p.now)]))
    .orderBy('run_at')
    .orderBy('id')
    .limit(p.limit),
);

const lease = statement((sql, p: LeasedJob & { until: Micros }) =>
  sql
    .updateTable('job')
    .set({ lease_until: p.until, attempts: p.taken })
    .where('kind', '=', p.kind)
    .where('unique_key', '=', p.key),
);

const byKey = statement((sql, p: JobKey) =>
  sql
    .selectFrom('job')
    .select(['body', 'attempts', 'run_at'])
    .where('kind', '=', p.kind)
    .where('unique_key', '=', p.key),
);

/** Has a job run from a time on, or earlier where it does already; its body stays. */
export async function ensureJob(tx: Tx, job: JobKey, runAt: Micros): Promise<void> {
  const id = `${job.kind}/${job.key}`;
  const made = await tx.run(insertJob({ ...job, id, runAt, body: formatStored({}) }));
  if (made === 0) await tx.run(hasten({ ...job, runAt }));
}

/** Tells whether jobs of a kind are due that nobody holds. */
export async function hasDueJob(db: Reader, kind: JobKind, now: Micros): Promise<boolean> {
  return (await db.first(dueJobs({ kind, now, limit: 1 }))) !== undefined;
}

/** Takes due jobs of a kind that nobody holds, the one that has waited longest first. */
export async function leaseJobs(
  tx: Tx,
  { until, ...due }: DueJobs & { readonly until: Micros },
): Promise<LeasedJob[]> {
  const rows = await tx.all(dueJobs(due));
  const { kind } = due;
  const taken = rows.map((row) => ({ kind, key: row.unique_key, taken: row.attempts + 1 }));
  await tx.runMany(
    lease,
    taken.map((job) => ({ ...job, until })),
  );
  return taken;
}

/** A job's body, or undefined where there is none. */
export async function findJobBody<T>(db: Reader, job: JobKey): Promise<Partial<T> | undefined> {
  const row = await db.first(byKey(job));
  return row && parseStored<Partial<T>>(row.body);
}

/** Replaces a job's body. */
export async function saveJobBody(tx: Tx, { kind, key }: JobKey, body: object): Promise<void> {
  const update = tx.sql.updateTable('job').set({ body: formatStored(body) });
  await tx.run(update.where('kind', '=', kind).where('unique_key', '=', key));
}

/** Tells whether a job is still held by who took it; to be asked before its work is kept. */
export async function isHeld(tx: Tx, job: LeasedJob): Promise<boolean> {
  return (await tx.first(byKey(job)))?.attempts === job.taken;
}

/** Gives a job back, to be run again at a time; undefined: when it is asked for. */
export async function finishJob(
  tx: Tx,
  { kind, key, taken }: LeasedJob,
  runAt: Micros | undefined,
): Promise<void> {
  const again = tx.sql.updateTable('job').set({ run_at: runAt ?? NEVER, lease_until: null });
  const own = again.where('kind', '=', kind).where('unique_key', '=', key);
  await tx.run(own.where('attempts', '=', taken));
}

/** Prolongs a lease; tells whether it was still held by who took it. */
export async function extendLease(tx: Tx, job: LeasedJob, until: Micros): Promise<boolean> {
  const { kind, key, taken } = job;
  const update = tx.sql.updateTable('job').set({ lease_until: until });
  const own = update.where('kind', '=', kind).where('unique_key', '=', key);
  return (await tx.run(own.where('attempts', '=', taken))) > 0;
}

/** When a job runs next; undefined: it is not planned. */
export async function findRunTime(db: Reader, job: JobKey): Promise<Micros | undefined> {
  const runAt = (await db.first(byKey(job)))?.run_at;
  return runAt === NEVER ? undefined : runAt;
}

/** Ends every lease; who held one finds its count changed when it is taken again. */
export async function endLeases(tx: Tx): Promise<void> {
  await tx.run(tx.sql.updateTable('job').set({ lease_until: null }));
}

/** Deletes a job that can never be asked for again. */
export async function deleteJob(tx: Tx, { kind, key }: JobKey): Promise<void> {
  const jobs = tx.sql.deleteFrom('job').where('kind', '=', kind);
  await tx.run(jobs.where('unique_key', '=', key));
}
