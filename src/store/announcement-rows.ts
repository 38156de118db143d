/** What projects were last told of the occurrences that follow from a sighted image's scan. */
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** What it is found by: a sighting. */
export interface AnnouncementKey {
  readonly project: string;
  readonly resourceUri: string;
  readonly digest: string;
}

/** What was told, and from which generation of advisories. */
export interface Announcement<T> {
  readonly generation: number;
  readonly told: T;
}

const byKey = statement((sql, p: AnnouncementKey) =>
  sql
    .selectFrom('announcement')
    .select(['generation', 'body'])
    .where('project', '=', p.project)
    .where('resource_uri', '=', p.resourceUri)
    .where('digest', '=', p.digest),
);

const upsert = statement((sql, p: AnnouncementKey & { generation: number; body: string }) =>
  sql
    .insertInto('announcement')
    .values({
      project: p.project,
      resource_uri: p.resourceUri,
      digest: p.digest,
      generation: p.generation,
      body: p.body,
    })
    .onConflict((conflict) =>
      conflict.columns(['project', 'resource_uri', 'digest']).doUpdateSet((kept) => ({
        generation: kept.ref('excluded.generation'),
        body: kept.ref('excluded.body'),
      })),
    ),
);

/** What was told of a sighting, or undefined. */
export async function findAnnouncement<T>(
  db: Reader,
  key: AnnouncementKey,
): Promise<Announcement<T> | undefined> {
  const row = await db.first(byKey(key));
  return row && { generation: row.generation, told: parseStored<T>(row.body) };
}

/** Keeps what was told of a sighting. */
export async function saveAnnouncement(
  tx: Tx,
  key: AnnouncementKey,
  { generation, told }: Announcement<object>,
): Promise<void> {
  const { project, resourceUri, digest } = key;
  await tx.run(upsert({ project, resourceUri, digest, generation, body: formatStored(told) }));
}

/** Forgets what a project was told. */
export async function deleteAnnouncements(tx: Tx, project: string): Promise<void> {
  await tx.run(tx.sql.deleteFrom('announcement').where('project', '=', project));
}
