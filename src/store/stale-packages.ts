/** Package versions that are to be matched anew, found by what changed: never a look at all. */
import { sql } from 'kysely';
import type { AdvisoryKey } from './advisory-rows.ts';
import { changedAfter } from './advisory-leftovers.ts';
import type { PackageVersion } from './package-rows.ts';
import { among, listParameter } from './raw-statement.ts';
import type { MatchedVersion } from './scanned-rows.ts';
import { statement } from './sql-builder.ts';
import { changedSince } from './stale-sql.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** Names that a generation changed, some of them after a place. */
export interface ChangedNames {
  readonly generation: number;
  readonly after: AdvisoryKey;
  readonly limit: number;
}

/** The names that a generation of advisories changed, in order. */
export function listChangedNames(
  db: Reader,
  { generation, after, limit }: ChangedNames,
): Promise<AdvisoryKey[]> {
  return db.all(changedAfter({ ...after, generation, limit }));
}

interface NamePage extends AdvisoryKey {
  readonly afterId: number;
  readonly limit: number;
}

const staleOfName = statement((builder, p: NamePage) =>
  builder
    .selectFrom('package')
    .select(['id', 'body'])
    .where('ecosystem', '=', p.ecosystem)
    .where('lookup_name', '=', p.name)
    .where('id', '>', p.afterId)
    .where(changedSince(sql`package.matched_generation`))
    .orderBy('id')
    .limit(p.limit),
);

/** Of source packages and of binary ones. */
const staleOfEither = statement((builder, p: NamePage) =>
  builder
    .selectFrom('package')
    .select(['id', 'body'])
    .where('ecosystem', '=', p.ecosystem)
    .where((on) => on.or([on('lookup_name', '=', p.name), on('name', '=', p.name)]))
    .where('id', '>', p.afterId)
    .where(changedSince(sql`package.matched_generation`))
    .orderBy('id')
    .limit(p.limit),
);

/** The packages of a name that are to be matched anew, by id. */
export async function findStaleOfName(db: Reader, key: NamePage): Promise<MatchedVersion[]> {
  const isOfRedHat = key.ecosystem.startsWith('Red Hat:');
  return (await db.all(isOfRedHat ? staleOfEither(key) : staleOfName(key))).map(toPackage);
}

const staleAfter = statement((builder, p: { afterId: number; upTo: number }) =>
  builder
    .selectFrom('package')
    .select(['id', 'body'])
    .where('id', '>', p.afterId)
    .where('id', '<=', p.upTo)
    .where(changedSince(sql`package.matched_generation`))
    .orderBy('id'),
);

/** The packages of a range of ids that are to be matched anew. */
export async function findStaleBetween(
  db: Reader,
  range: { readonly afterId: number; readonly upTo: number },
): Promise<MatchedVersion[]> {
  return (await db.all(staleAfter(range))).map(toPackage);
}

/** The highest id of a package; 0: there is none. */
export async function findLastPackage(db: Reader): Promise<number> {
  const packages = db.sql.selectFrom('package').select('id').orderBy('id', 'desc').limit(1);
  return (await db.first(packages))?.id ?? 0;
}

const changedById = statement((builder, p: { ids: string; revision: number }) =>
  builder
    .selectFrom('package')
    .select('id')
    .where(among(builder, sql.ref('id'), { of: 'bigint', values: p.ids }))
    .where(changedSince(sql`${p.revision}`))
    .limit(1),
);

/** Whether something changed about one of some packages after a revision. */
export async function isAnyChanged(
  db: Reader,
  ids: readonly number[],
  revision: number,
): Promise<boolean> {
  return (await db.first(changedById({ ids: listParameter(ids), revision }))) !== undefined;
}

function toPackage({ id, body }: { id: number; body: string }): MatchedVersion {
  return { packageId: id, version: parseStored<PackageVersion>(body), stale: true };
}
