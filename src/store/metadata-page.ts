/**
 * One page of notes or occurrences. Indexes narrow what is read (see metadata-plan.ts); the rest of
 * the filter is tested row by row, over a bounded number of rows: then a page is short and its
 * token goes on from there. The bound is found first, so that a page is all that passes between two
 * places whatever others write meanwhile.
 */
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import { filterSteps, type ResolvedFilter } from '../domain/resolved-filter.ts';
import { type CursorKey, formatPageToken, parsePageToken } from './cursor.ts';
import { type FilterColumns, filterToSql } from './filter-sql.ts';
import { type JsonDialect, jsonDialect } from './json-sql.ts';
import { type Equalities, type MetadataPlan, planMetadata } from './metadata-plan.ts';
import { runnable } from './raw-statement.ts';
import type { BoundStatement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';

/** Rows that one page may examine. */
const EXAMINED = 5000;
/** Comparisons that one page may make; a filter of many terms examines fewer rows. */
const STEPS = 100_000;
/** Comparisons that one answer over a whole list may make. */
const WHOLE_STEPS = 500_000;
/** Rows that every page examines, whatever its filter. */
const EXAMINED_AT_LEAST = 20;

/** What a page is read of. */
export interface MetadataList {
  readonly table: 'note' | 'occurrence';
  /** Columns that every row must have, e.g. the project. */
  readonly owner: readonly (readonly [column: string, value: string])[];
  readonly filter: ResolvedFilter;
  readonly columns: FilterColumns;
  readonly pageSize: number;
  readonly pageToken?: string | undefined;
}

/** A page; without token it is the last one. */
export interface MetadataPage<Row> {
  readonly rows: Row[];
  readonly nextPageToken?: string;
}

interface PlaceRow {
  readonly create_time: number;
  readonly id: string;
  readonly resource_uri?: string;
}

/** A list with its plan and where it goes on. */
interface Listing {
  readonly list: MetadataList;
  readonly plan: MetadataPlan;
  readonly after: CursorKey;
}

const KEYS = {
  time: { columns: ['create_time', 'id'], shape: ['number', 'string'] },
  resource: {
    columns: ['resource_uri', 'create_time', 'id'],
    shape: ['string', 'number', 'string'],
  },
} as const;

/** Reads a page. Refuses a token that was made for another list. */
export async function readMetadataPage<Row extends PlaceRow>(
  db: Reader,
  list: MetadataList,
): Promise<MetadataPage<Row>> {
  const plan = planMetadata(list.table, list.filter);
  const bound = [list.table, list.owner, plan.order, JSON.stringify(list.filter)];
  const { shape } = KEYS[plan.order];
  const after = list.pageToken ? parsePageToken(list.pageToken, bound, shape) : startOf(plan);
  // A filter may ask for what no column ever holds.
  if (plan.streams.length === 0) return { rows: [] };
  const listing = { list, plan, after };
  const last = isCovered(plan) ? undefined : await db.first<PlaceRow>(boundStatement(db, listing));
  const until = last === undefined ? undefined : keyOf(plan, last);
  const rows = await db.all<Row>(pageStatement<Row>(db, listing, until));
  const full = rows.length > list.pageSize ? rows.slice(0, list.pageSize) : undefined;
  const end = full?.at(-1);
  const next = end === undefined ? until : keyOf(plan, end);
  if (next === undefined) return { rows };
  return { rows: full ?? rows, nextPageToken: formatPageToken(next, bound) };
}

/** The statements of a list's first page, to see how a database runs them. */
export function metadataStatements(
  db: Pick<Reader, 'sql'>,
  list: MetadataList,
): readonly BoundStatement<unknown>[] {
  const plan = planMetadata(list.table, list.filter);
  const listing = { list, plan, after: startOf(plan) };
  const page = pageStatement(db, listing, undefined);
  return isCovered(plan) ? [page] : [boundStatement(db, listing), page];
}

/** Which rows a list may read, for what is made of all of them at once. */
export interface WholeList {
  /** Rows to be examined at most. */
  readonly limit: number;
  /** Finds a row where there are more than that. */
  readonly beyond: BoundStatement<unknown>;
  /** The rows that pass. */
  readonly rows: RawBuilder<unknown>;
}

/** A list as one piece: `limit` rows of it at most, fewer where the filter has many terms. */
export function wholeList(
  { sql: builder }: Pick<Reader, 'sql'>,
  list: Omit<MetadataList, 'pageSize' | 'pageToken'>,
  most: number,
): WholeList {
  const plan = planMetadata(list.table, list.filter);
  const listing = { list: { ...list, pageSize: most }, plan, after: startOf(plan) };
  const limit = Math.min(most, Math.floor(WHOLE_STEPS / Math.max(1, filterSteps(plan.rest))));
  const dialect = jsonDialect(builder);
  const keyColumns = sql.join(KEYS[plan.order].columns.map((name) => sql.ref(name)));
  const keys = source(listing, { columns: keyColumns, limit: limit + 1, dialect });
  const rows = source(listing, { columns: sql`*`, limit, dialect });
  const rest = filterToSql(plan.rest, { columns: list.columns, dialect }) ?? sql`1 = 1`;
  const tests = [...(plan.ownerless ? equalTo(list.owner) : []), rest];
  return {
    limit,
    beyond: runnable(sql`select id from (${keys}) as examined limit 1 offset ${limit}`),
    rows: sql`select * from (${rows}) as examined where ${sql.join(tests, sql` and `)}`,
  };
}

/** Whether the indexes give what passes and nothing else. */
function isCovered(plan: MetadataPlan): boolean {
  return plan.rest.kind === 'all' && plan.ownerless === undefined;
}

/** The row up to which a page may examine; none where there are fewer. */
function boundStatement(
  { sql: builder }: Pick<Reader, 'sql'>,
  listing: Listing,
): BoundStatement<PlaceRow> {
  const { columns } = KEYS[listing.plan.order];
  const limit = examinedBy(listing.plan);
  const keys = sql.join(columns.map((name) => sql.ref(name)));
  const dialect = jsonDialect(builder);
  const rows = source(listing, { columns: keys, limit, dialect });
  return runnable(sql<PlaceRow>`select * from (${rows}) as examined limit 1 offset ${limit - 1}`);
}

/** The rows that pass, up to that one. */
function pageStatement<Row>(
  { sql: builder }: Pick<Reader, 'sql'>,
  listing: Listing,
  until: CursorKey | undefined,
): BoundStatement<Row> {
  const { list, plan } = listing;
  const wanted = list.pageSize + 1;
  const limit = isCovered(plan) ? wanted : examinedBy(plan);
  const dialect = jsonDialect(builder);
  const rows = source(listing, { columns: sql`*`, until, limit, dialect });
  if (isCovered(plan)) return runnable(rows as RawBuilder<Row>);
  const rest = filterToSql(plan.rest, { columns: list.columns, dialect });
  const tests = [...(plan.ownerless ? equalTo(list.owner) : []), ...(rest ? [rest] : [])];
  return runnable(sql<Row>`select * from (${rows}) as examined
    where ${sql.join(tests, sql` and `)} limit ${wanted}`);
}

function examinedBy({ rest, ownerless }: MetadataPlan): number {
  const steps = filterSteps(rest) + (ownerless ? 1 : 0);
  return Math.min(EXAMINED, Math.max(EXAMINED_AT_LEAST, Math.floor(STEPS / Math.max(1, steps))));
}

interface Wanted {
  readonly columns: Expression<unknown>;
  readonly until?: CursorKey | undefined;
  readonly limit: number;
  readonly dialect: JsonDialect;
}

/** So many rows of the plan's pieces in its order, after one place and up to another. */
function source(listing: Listing, wanted: Wanted): RawBuilder<unknown> {
  const { columns } = KEYS[listing.plan.order];
  const { streams } = listing.plan;
  const order = sql`order by ${sql.join(columns.map((name) => sql.ref(name)))}`;
  const end = sql`${order} limit ${wanted.limit}`;
  const pieces = streams.map((stream) => piece(listing, stream, wanted));
  // SQLite merges pieces as they come; PostgreSQL would sort them whole, so that each is cut first.
  const cut = wanted.dialect === 'postgres' && streams.length > 1;
  const merged = cut ? pieces.map((one) => sql`select * from (${one} ${end}) as piece`) : pieces;
  return sql`${sql.join(merged, sql` union all `)} ${end}`;
}

function piece(
  { list, plan, after }: Listing,
  stream: Equalities,
  { columns, until }: Wanted,
): RawBuilder<unknown> {
  const place = sql.join(KEYS[plan.order].columns.map((name) => sql.ref(name)));
  const times = plan.times.map((test) => {
    // Neither a path nor another type is among them.
    const { operator, value } = test.test as { operator: string; value: number };
    return sql<SqlBool>`create_time ${sql.raw(operator)} ${value}`;
  });
  const terms = [
    ...(plan.ownerless ? [] : equalTo(list.owner)),
    ...equalTo(stream),
    ...times,
    sql<SqlBool>`(${place}) > (${sql.join(after)})`,
    ...(until === undefined ? [] : [sql<SqlBool>`(${place}) <= (${sql.join(until)})`]),
    ...(plan.prefix === undefined ? [] : [sql<SqlBool>`resource_uri < ${above(plan.prefix)}`]),
  ];
  return sql`select ${columns} from ${sql.table(list.table)} where ${sql.join(terms, sql` and `)}`;
}

function equalTo(equalities: Equalities): RawBuilder<SqlBool>[] {
  return equalities.map(([column, value]) => sql<SqlBool>`${sql.ref(column)} = ${value}`);
}

/** Before the first row. */
function startOf({ order, prefix = '' }: MetadataPlan): CursorKey {
  return order === 'time' ? [-1, ''] : [prefix, -1, ''];
}

/** Above every text that begins with `prefix`. */
function above(prefix: string): string {
  return `${prefix}\u{10FFFF}`;
}

function keyOf({ order }: MetadataPlan, row: PlaceRow): CursorKey {
  const time = [row.create_time, row.id];
  return order === 'time' ? time : [row.resource_uri ?? '', ...time];
}
