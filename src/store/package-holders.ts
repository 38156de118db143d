/**
 * Which images hold some package: the sets are looked through, a page at a time. An index from
 * packages to sets would be larger than all sets together and written with each new image.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Digest } from '../domain/digest.ts';
import { readMemberIds } from './package-members.ts';
import { among, listParameter } from './raw-statement.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';

/** Sets that are read at once. */
const PAGE = 1000;
/** Sets whose images are looked up at once. */
const SETS = 500;

const setsAfter = statement((builder, p: { after: number; limit: number }) =>
  builder
    .selectFrom('package_set')
    .select(['number', 'members', 'packed'])
    .where('number', '>', p.after)
    .orderBy('number')
    .limit(p.limit),
);

const imagesOfSets = statement((builder, p: { sets: string; project: string; limit: number }) =>
  builder
    .selectFrom('image')
    .select('digest')
    .where(among(builder, sql.ref('set_number'), { of: 'bigint', values: p.sets }))
    .where(
      sql<boolean>`exists (select 1 from image_sighting
        where image_sighting.digest = image.digest and image_sighting.project = ${p.project})`,
    )
    .limit(p.limit),
);

/** The images that a project has sighted and that hold one of the packages; at most `limit`. */
export async function findImagesWith(
  db: Reader,
  wanted: {
    readonly project: string;
    readonly packages: ReadonlySet<number>;
    readonly limit: number;
  },
): Promise<Digest[]> {
  const digests: Digest[] = [];
  let sets: number[] = [];
  const take = async (): Promise<void> => {
    const limit = wanted.limit - digests.length;
    const rows = await db.all(imagesOfSets({ ...wanted, sets: listParameter(sets), limit }));
    digests.push(...rows.map(({ digest }) => digest as Digest));
    sets = [];
  };
  for await (const number of holdingSets(db, wanted.packages)) {
    sets.push(number);
    if (sets.length >= SETS) await take();
    if (digests.length >= wanted.limit) return digests;
  }
  if (sets.length > 0) await take();
  return digests;
}

async function* holdingSets(
  db: Reader,
  packages: ReadonlySet<number>,
): AsyncGenerator<number, void> {
  let after = 0;
  for (;;) {
    const rows = await db.all(setsAfter({ after, limit: PAGE }));
    for (const row of rows) {
      if (readMemberIds(row).values.some((id: number) => packages.has(id))) yield row.number;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.number;
    await nextTurn();
  }
}
