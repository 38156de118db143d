/** Since when packages are known to be affected, without reading what the matches say. */
import { sql } from 'kysely';
import type { Micros } from '../domain/time.ts';
import { among, listParameter } from './raw-statement.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';

const timesById = statement((builder, p: { readonly ids: string }) =>
  builder
    .selectFrom('package_match')
    .select(['package', 'advisory_id', 'first_time'])
    .where(among(builder, sql.ref('package'), { of: 'bigint', values: p.ids })),
);

/** When a package was first matched with an advisory; undefined where the match is not kept. */
export type FirstMatched = (packageId: number, advisoryId: string) => Micros | undefined;

/** The times of the kept matches of packages. */
export async function findFirstMatched(
  db: Reader,
  packageIds: readonly number[],
): Promise<FirstMatched> {
  const rows = await db.all(timesById({ ids: listParameter([...new Set(packageIds)]) }));
  const times = new Map(rows.map((row) => [`${row.package} ${row.advisory_id}`, row.first_time]));
  return (packageId, advisoryId) => times.get(`${packageId} ${advisoryId}`);
}
