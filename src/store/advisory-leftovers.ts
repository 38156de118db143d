/**
 * What imports of advisories leave behind: rows of those that never came to publication, records
 * that were taken away, and notes of changes that later ones have overtaken. A bounded number at a
 * time, so that others can write between; what is in force is never touched. What a power cut
 * brings back, the next import removes.
 */
import { sql } from 'kysely';
import type { Advisory } from '../domain/advisory.ts';
import { REMOVED_AT_ONCE } from './advisory-import-rows.ts';
import { namesOf } from './prepared-advisory.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Store, Tx } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

const deleteEntry = statement((builder, p: { ecosystem: string; name: string; advisory: number }) =>
  builder
    .deleteFrom('advisory_package')
    .where('ecosystem', '=', p.ecosystem)
    .where('name', '=', p.name)
    .where('advisory', '=', p.advisory),
);

const deleteAdvisory = statement((builder, p: { number: number }) =>
  builder.deleteFrom('advisory').where('number', '=', p.number),
);

interface Record {
  readonly number: number;
  readonly body: string;
}

/** Removes what no reader sees any more. */
export async function removeLeftovers(store: Store): Promise<void> {
  for (const generation of await abandonedGenerations(store)) {
    await untilDone(store, (tx) => deleteRecords(tx, ofGeneration(tx, generation)));
    await untilDone(store, (tx) => deleteChanges(tx, generation));
    await store.write((tx) => forgetImport(tx, generation), 'with-next');
  }
  await untilDone(store, (tx) => deleteRecords(tx, takenAway(tx)));
  await store.write(deleteSources, 'with-next');
}

/** Removes the notes of changes that those of a published generation have overtaken. */
export async function removeOvertaken(store: Store, generation: number): Promise<void> {
  let after = { ecosystem: '', name: '' };
  for (;;) {
    const place = { ...after, generation, limit: REMOVED_AT_ONCE };
    const keys = await store.all(changedAfter(place));
    const last = keys.at(-1);
    if (last === undefined) return;
    const own = keys.map((key) => ({ ...key, generation }));
    await store.write((tx) => tx.runMany(deleteOlderChanges, own), 'with-next');
    after = last;
  }
}

interface ChangePlace {
  readonly ecosystem: string;
  readonly name: string;
  readonly generation: number;
}

/** The names that a generation changed, behind a place, in order. */
export const changedAfter = statement((builder, p: ChangePlace & { readonly limit: number }) =>
  builder
    .selectFrom('advisory_change')
    .select(['ecosystem', 'name'])
    .where('generation', '=', p.generation)
    .where((on) => on(on.refTuple('ecosystem', 'name'), '>', on.tuple(p.ecosystem, p.name)))
    .orderBy('ecosystem')
    .orderBy('name')
    .limit(p.limit),
);

/** Only published ones with a lower revision: another may be under way. */
const deleteOlderChanges = statement((builder, p: ChangePlace) =>
  builder
    .deleteFrom('advisory_change')
    .where('ecosystem', '=', p.ecosystem)
    .where('name', '=', p.name)
    .where(
      sql<boolean>`(select revision from advisory_import as i
        where i.generation = advisory_change.generation) < (select revision
        from advisory_import as own where own.generation = ${p.generation})`,
    ),
);

async function untilDone(store: Store, step: (tx: Tx) => Promise<number>): Promise<void> {
  while ((await store.write(step, 'with-next')) >= REMOVED_AT_ONCE);
}

async function abandonedGenerations(db: Reader): Promise<readonly number[]> {
  const imports = db.sql.selectFrom('advisory_import').select('generation');
  const rows = await db.all(imports.where('revision', 'is', null).where('id', '=', ''));
  return rows.map(({ generation }) => generation);
}

function ofGeneration(tx: Tx, generation: number): Promise<Record[]> {
  const rows = tx.sql.selectFrom('advisory').select(['number', 'body']);
  return tx.all(rows.where('generation', '=', generation).limit(REMOVED_AT_ONCE));
}

function takenAway(tx: Tx): Promise<Record[]> {
  return tx.all(
    tx.sql
      .selectFrom('advisory')
      .innerJoin('advisory_import as undone', 'undone.generation', 'advisory.removed')
      .select(['advisory.number', 'advisory.body'])
      .where('advisory.removed', 'is not', null)
      .where('undone.revision', 'is not', null)
      .limit(REMOVED_AT_ONCE),
  );
}

async function deleteRecords(tx: Tx, found: Promise<Record[]>): Promise<number> {
  const rows = await found;
  const entries = rows.flatMap(({ number: advisory, body }) =>
    namesOf(parseStored<Advisory>(body)).flatMap(({ ecosystem, names }) =>
      names.map((name) => ({ ecosystem, name, advisory })),
    ),
  );
  await tx.runMany(deleteEntry, entries);
  await tx.runMany(deleteAdvisory, rows);
  return rows.length;
}

async function deleteChanges(tx: Tx, generation: number): Promise<number> {
  const first = { ecosystem: '', name: '', generation, limit: REMOVED_AT_ONCE };
  const keys = await tx.all(changedAfter(first));
  const own = keys.map((key) => ({ ...key, generation }));
  await tx.runMany(deleteChange, own);
  return keys.length;
}

const deleteChange = statement((builder, p: ChangePlace) =>
  builder
    .deleteFrom('advisory_change')
    .where('ecosystem', '=', p.ecosystem)
    .where('name', '=', p.name)
    .where('generation', '=', p.generation),
);

/** Rows that it marked as taken away stay visible: nothing says that it was published. */
async function forgetImport(tx: Tx, generation: number): Promise<void> {
  const imports = tx.sql.deleteFrom('advisory_import').where('generation', '=', generation);
  await tx.run(imports.where('revision', 'is', null));
}

async function deleteSources(tx: Tx): Promise<void> {
  await tx.run(
    tx.sql.deleteFrom('advisory_source').where(
      sql<boolean>`generation < (select generation from advisory_family
          where advisory_family.family = advisory_source.family)`,
    ),
  );
}
