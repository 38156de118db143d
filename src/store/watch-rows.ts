/** Repositories that projects have scanned by themselves. */
import { AssayError } from '../domain/error.ts';
import type { Watch } from '../domain/watch.ts';
import type { WatchTable } from './scan-schema.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

type Body = Pick<Watch, 'on' | 'firstSight' | 'pollEvery' | 'inner'>;

/** Watches of one registry, over all projects, that are looked at. */
const MAX_OF_REGISTRY = 10_000;

const ofProject = statement((sql, p: { project: string }) =>
  sql.selectFrom('watch').selectAll().where('project', '=', p.project).orderBy('pattern'),
);

const ofRegistry = statement((sql, p: { registry: string }) =>
  sql
    .selectFrom('watch')
    .selectAll()
    .where('registry', '=', p.registry)
    .orderBy('project')
    .orderBy('pattern')
    .limit(MAX_OF_REGISTRY),
);

const byKey = statement((sql, p: { project: string; pattern: string }) =>
  sql
    .selectFrom('watch')
    .selectAll()
    .where('project', '=', p.project)
    .where('pattern', '=', p.pattern),
);

/** Keeps a new watch; `already-exists` where the project has that pattern. */
export async function createWatch(tx: Tx, watch: Watch & { registry: string }): Promise<void> {
  const { project, pattern, registry, createTime } = watch;
  const row = { project, pattern, registry, create_time: createTime, body: bodyOf(watch) };
  const insert = tx.sql.insertInto('watch').values(row);
  if ((await tx.run(insert.onConflict((conflict) => conflict.doNothing()))) === 1) return;
  const message = `project ${project} watches ${pattern} already; remove it, or switch it on`;
  throw new AssayError('already-exists', message);
}

/** Replaces what a watch does. */
export async function updateWatch(tx: Tx, watch: Watch): Promise<void> {
  const update = tx.sql.updateTable('watch').set({ body: bodyOf(watch) });
  const { project, pattern } = watch;
  await tx.run(update.where('project', '=', project).where('pattern', '=', pattern));
}

/** Deletes a watch. */
export async function deleteWatch(tx: Tx, { project, pattern }: Watch): Promise<void> {
  const watches = tx.sql.deleteFrom('watch').where('project', '=', project);
  await tx.run(watches.where('pattern', '=', pattern));
}

/** A project's watch of a pattern, or undefined. */
export async function findWatch(
  db: Reader,
  key: { readonly project: string; readonly pattern: string },
): Promise<Watch | undefined> {
  const row = await db.first(byKey(key));
  return row && toWatch(row);
}

/** A project's watches by pattern. */
export async function listWatches(db: Reader, project: string): Promise<Watch[]> {
  return (await db.all(ofProject({ project }))).map(toWatch);
}

/** The watches of all projects over repositories of a registry. */
export async function listWatchesOf(db: Reader, registry: string): Promise<Watch[]> {
  return (await db.all(ofRegistry({ registry }))).map(toWatch);
}

function bodyOf({ on, firstSight, pollEvery, inner }: Body): string {
  const body: Body = { on, firstSight, inner, ...(pollEvery === undefined ? {} : { pollEvery }) };
  return formatStored(body);
}

function toWatch(row: WatchTable): Watch {
  const { project, pattern, create_time: createTime } = row;
  return { project, pattern, createTime, ...parseStored<Body>(row.body) };
}
