/**
 * Which images hold some package: the sets are looked through, a page at a time. An index from
 * packages to sets would be larger than all sets together and written with each new image.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Digest } from '../domain/digest.ts';
import { createIdBuffer, type IdBuffer } from './package-members.ts';
import { among, listParameter } from './raw-statement.ts';
import { readSetPage } from './set-pages.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';

/** Sets that are read at once. */
const PAGE = 500;
/** Sets whose images are looked up at once. */
const SETS = 500;

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
  const ids = createIdBuffer();
  let after = 0;
  for (;;) {
    const page = await readSetPage(db, { after, limit: PAGE });
    for (const [at, number] of page.numbers.entries()) {
      page.readMembers(at, ids);
      if (holdsAny(ids, packages)) yield number;
    }
    const last = page.numbers.at(-1);
    if (last === undefined || page.numbers.length < PAGE) return;
    after = last;
    await nextTurn();
  }
}

function holdsAny({ values, count }: IdBuffer, packages: ReadonlySet<number>): boolean {
  for (let at = 0; at < count; at += 1) if (packages.has(values[at] ?? 0)) return true;
  return false;
}
