/** What VEX needs of a whole fleet: matches by what they are called, and images by many at once. */
import { sql, type SqlBool } from 'kysely';
import type { Match } from '../domain/advisory.ts';
import type { Digest } from '../domain/digest.ts';
import { jsonDialect, type JsonDialect } from './json-sql.ts';
import { among, listParameter } from './raw-statement.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';
import { chunksOf, parseStored } from './stored-json.ts';

/** Digests of one look-up. */
const CHUNK = 500;

const idsOfProject = statement((builder, p: { project: string }) =>
  builder
    .selectFrom('vex_vulnerability as v')
    .innerJoin('vex_document as d', 'd.id', 'v.document')
    .select('v.vulnerability')
    .distinct()
    .where('v.project', '=', p.project)
    .where('d.removed_time', 'is', null),
);

/** The ids of vulnerabilities that a project's documents speak of, in upper case. */
export async function listVexIds(db: Reader, project: string): Promise<string[]> {
  const rows = await db.all(idsOfProject({ project }));
  return rows.map(({ vulnerability }) => vulnerability);
}

/** Matches of the packages behind an id up to another that have one of some ids. */
export interface NamedMatches {
  readonly ids: readonly string[];
  readonly after: number;
  readonly upTo: number;
}

/** The aliases of a match as rows with a `value`. */
const ALIASES: Readonly<Record<JsonDialect, string>> = {
  sqlite: `json_each(body, '$.aliases')`,
  postgres: `jsonb_array_elements_text(body::jsonb -> 'aliases') as alias(value)`,
};

const named = statement((builder, p: { ids: string; after: number; upTo: number }) => {
  const list = { of: 'text', values: p.ids } as const;
  // Upper case of ASCII alone, as ids are compared everywhere.
  const upper = (column: string) =>
    jsonDialect(builder) === 'sqlite'
      ? sql`upper(${sql.raw(column)})`
      : sql`upper(${sql.raw(column)} collate "C")`;
  const alias = among(builder, upper('value'), list);
  return builder
    .selectFrom('package_match')
    .select(['package', 'body'])
    .where('package', '>', p.after)
    .where('package', '<=', p.upTo)
    .where((on) =>
      on.or([
        among(builder, upper('advisory_id'), list),
        sql<SqlBool>`exists (select 1 from ${sql.raw(ALIASES[jsonDialect(builder)])}
          where ${alias})`,
      ]),
    )
    .orderBy('package')
    .orderBy('advisory_id');
});

/** Matches by what they are called; the ids are in upper case. */
export async function listNamedMatches(
  db: Reader,
  { ids, after, upTo }: NamedMatches,
): Promise<{ readonly packageId: number; readonly match: Match }[]> {
  const rows = await db.all(named({ ids: listParameter(ids), after, upTo }));
  return rows.map((row) => ({ packageId: row.package, match: parseStored<Match>(row.body) }));
}

const namesOf = statement((builder, p: { project: string; digests: string }) =>
  builder
    .selectFrom('image_sighting')
    .select(['digest', 'resource_uri'])
    .where(among(builder, sql.ref('digest'), { of: 'text', values: p.digests }))
    .where('project', '=', p.project),
);

const indexesOf = statement((builder, p: { digests: string }) =>
  builder
    .selectFrom('digest_link')
    .select(['child', 'parent'])
    .where(among(builder, sql.ref('child'), { of: 'text', values: p.digests }))
    .where('kind', '=', 'index-manifest'),
);

/** An image under one of its names, or in one of its indexes. */
export interface NamedDigest {
  readonly digest: Digest;
  readonly name: string;
}

/** The resources under which a project has sighted some images. */
export async function listNames(
  db: Reader,
  project: string,
  digests: readonly Digest[],
): Promise<NamedDigest[]> {
  const found: NamedDigest[] = [];
  for (const chunk of chunksOf(digests, CHUNK)) {
    const rows = await db.all(namesOf({ project, digests: listParameter(chunk) }));
    found.push(...rows.map((row) => ({ digest: row.digest as Digest, name: row.resource_uri })));
  }
  return found;
}

/** The indexes that list some images. */
export async function listIndexes(db: Reader, digests: readonly Digest[]): Promise<NamedDigest[]> {
  const found: NamedDigest[] = [];
  for (const chunk of chunksOf(digests, CHUNK)) {
    const rows = await db.all(indexesOf({ digests: listParameter(chunk) }));
    found.push(...rows.map((row) => ({ digest: row.child as Digest, name: row.parent })));
  }
  return found;
}
