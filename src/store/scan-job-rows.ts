/**
 * Jobs that scan: one per digest over all replicas and projects, the most urgent first, and of one
 * registry only some at once, so that a slow one does not hold all workers.
 */
import type { Micros } from '../domain/time.ts';
import type { LeasedJob } from './job-rows.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored } from './stored-json.ts';

/** A scan to be done. */
export interface ScanJob {
  /** The digest, or `registry/path:tag` where that is still to be asked for. */
  readonly key: string;
  readonly priority: number;
  readonly registry: string;
  readonly runAt: Micros;
}

const insertJob = statement((sql, p: ScanJob & { id: string; body: string }) =>
  sql
    .insertInto('job')
    .values({
      id: p.id,
      kind: 'scan',
      unique_key: p.key,
      body: p.body,
      run_at: p.runAt,
      lease_until: null,
      attempts: 0,
      priority: p.priority,
      registry: p.registry,
    })
    .onConflict((conflict) => conflict.doNothing()),
);

const urge = statement((sql, p: ScanJob) =>
  sql
    .updateTable('job')
    .set({ priority: p.priority })
    .where('kind', '=', 'scan')
    .where('unique_key', '=', p.key)
    .where('priority', '>', p.priority),
);

const underWay = statement((sql, p: { now: Micros }) =>
  sql
    .selectFrom('job')
    .select((on) => ['registry', on.fn.countAll<number>().as('count')])
    .where('kind', '=', 'scan')
    .where('lease_until', '>', p.now)
    .groupBy('registry'),
);

/** Has a digest scanned; where it waits already, no later than this one would be. */
export async function ensureScanJob(tx: Tx, job: ScanJob): Promise<void> {
  const row = { ...job, id: `scan/${job.key}`, body: formatStored({}) };
  // What failed and waits is not hastened: whoever asks again and again wins nothing.
  if ((await tx.run(insertJob(row))) === 0) await tx.run(urge(job));
}

/** Which scans to take. */
export interface ScanLease {
  readonly now: Micros;
  readonly until: Micros;
  readonly limit: number;
  /** Scans of one registry at once, over all replicas. */
  readonly perRegistry: number;
}

/** Takes due scans that nobody holds: the most urgent first, then those that waited longest. */
export async function leaseScanJobs(tx: Tx, lease: ScanLease): Promise<LeasedJob[]> {
  const running = new Map<string, number>();
  for (const row of await tx.all(underWay({ now: lease.now }))) {
    running.set(row.registry, Number(row.count));
  }
  const taken: LeasedJob[] = [];
  while (taken.length < lease.limit) {
    const full = [...running].filter(([, count]) => count >= lease.perRegistry);
    const registries = full.map(([registry]) => registry);
    const job = await leaseNext(tx, lease, registries);
    if (job === undefined) break;
    running.set(job.registry, (running.get(job.registry) ?? 0) + 1);
    taken.push({ kind: 'scan', key: job.key, taken: job.taken });
  }
  return taken;
}

interface NextScan {
  readonly key: string;
  readonly taken: number;
  readonly registry: string;
}

async function leaseNext(
  tx: Tx,
  { now, until }: ScanLease,
  full: readonly string[],
): Promise<NextScan | undefined> {
  const due = tx.sql
    .selectFrom('job')
    .select(['unique_key', 'attempts', 'registry'])
    .where('kind', '=', 'scan')
    .where('run_at', '<=', now)
    .where((on) => on.or([on('lease_until', 'is', null), on('lease_until', '<=', now)]));
  const open = full.length === 0 ? due : due.where('registry', 'not in', [...full]);
  const row = await tx.first(open.orderBy('priority').orderBy('run_at').orderBy('id').limit(1));
  if (row === undefined) return undefined;
  const { unique_key: key, attempts, registry } = row;
  const held = tx.sql.updateTable('job').set({ lease_until: until, attempts: attempts + 1 });
  await tx.run(held.where('kind', '=', 'scan').where('unique_key', '=', key));
  return { key, taken: attempts + 1, registry };
}

/** Those of some keys whose job somebody holds now. */
export async function listHeldScans(
  db: Reader,
  keys: readonly string[],
  now: Micros,
): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const rows = db.sql.selectFrom('job').select('unique_key').where('kind', '=', 'scan');
  const held = rows.where('unique_key', 'in', [...keys]).where('lease_until', '>', now);
  return new Set((await db.all(held)).map((row) => row.unique_key));
}

/** How many scans wait, and how many are under way, over all projects and replicas. */
export async function countScanJobs(
  db: Reader,
  now: Micros,
): Promise<{ readonly waiting: number; readonly running: number }> {
  const all = db.sql.selectFrom('job').select((on) => on.fn.countAll<number>().as('count'));
  const total = Number((await db.first(all.where('kind', '=', 'scan')))?.count ?? 0);
  const held = await db.all(underWay({ now }));
  const running = held.reduce((sum, { count }) => sum + Number(count), 0);
  return { waiting: total - running, running };
}
