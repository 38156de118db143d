/**
 * One page of notes or occurrences by (create time, id). A part of the filter that an index serves
 * narrows what is read; the rest is tested row by row, over a bounded number of rows: then a page
 * is short and its token goes on from there.
 */
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';
import type { Filter, FilterExpression } from '../domain/filter.ts';
import { fieldKey } from '../domain/occurrence-fields.ts';
import { formatPageToken, parsePageToken, type CursorKey } from './cursor.ts';
import {
  filterConjuncts,
  filterToSql,
  prefixRange,
  readValue,
  type FieldRules,
} from './filter-sql.ts';
import type { BoundStatement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';

/** Rows that one page may examine. */
const EXAMINED = 5000;
/** A prefix with at most this many rows is read by its own index and sorted. */
const SORTED = 2000;

/** What a page is read of. */
export interface MetadataList {
  readonly table: 'note' | 'occurrence';
  /** Columns that every row must have, e.g. the project. */
  readonly owner: readonly (readonly [column: string, value: string])[];
  readonly filter: Filter;
  readonly fields: FieldRules;
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
}

/** Reads a page. Refuses a wrong filter, and a token that was made for another list. */
export async function readMetadataPage<Row extends PlaceRow>(
  db: Reader,
  list: MetadataList,
): Promise<MetadataPage<Row>> {
  const bound = [list.table, list.owner, fingerprint(list.filter)];
  const after = list.pageToken ? parsePageToken(list.pageToken, bound, PLACE) : [-1, ''];
  const rest = filterToSql(list.filter, list.fields) ?? sql<SqlBool>`1 = 1`;
  const source = await chooseSource(db, list, after);
  const wanted = list.pageSize + 1;
  const order = source.ordered ? sql`` : sql`order by create_time, id`;
  const page = sql<Row>`select * from (${source.rows}) as examined where ${rest}
    and (create_time, id) > (${sql.join(after)}) ${order} limit ${wanted}`;
  const rows = await db.all<Row>(runnable(page));
  if (rows.length === wanted) return full(rows.slice(0, list.pageSize), bound);
  const last = await examinedLast(db, source.rows);
  if (last === undefined) return { rows };
  return { rows, nextPageToken: formatPageToken([last.create_time, last.id], bound) };
}

/** Rows to examine. Ordered ones are streamed in their order, so that a page reads no more. */
interface Source {
  readonly rows: RawBuilder<unknown>;
  readonly ordered: boolean;
}

const PLACE = ['number', 'string'] as const;

/** The filter without positions, so that blanks and quotes do not matter to a token. */
function fingerprint(filter: Filter): string {
  return JSON.stringify(filter, (key, value: unknown) => (key === 'at' ? undefined : value));
}

function full<Row extends PlaceRow>(rows: Row[], bound: CursorKeyList): MetadataPage<Row> {
  const last = rows.at(-1);
  if (last === undefined) return { rows };
  return { rows, nextPageToken: formatPageToken([last.create_time, last.id], bound) };
}

type CursorKeyList = Parameters<typeof formatPageToken>[1];

/** The row at which examining stopped, if it stopped before the end. */
async function examinedLast(
  db: Reader,
  source: RawBuilder<unknown>,
): Promise<PlaceRow | undefined> {
  const place = sql<PlaceRow>`select create_time, id from (${source}) as examined
    order by create_time, id limit 1 offset ${EXAMINED - 1}`;
  return db.first<PlaceRow>(runnable(place));
}

/** The rows to examine: at most EXAMINED after the cursor, over the narrowest index known. */
async function chooseSource(db: Reader, list: MetadataList, after: CursorKey): Promise<Source> {
  const table = sql.table(list.table);
  const owner = list.owner.map(([column, value]) => sql<SqlBool>`${sql.ref(column)} = ${value}`);
  const all = sql.join(owner, sql` and `);
  const prefix = prefixOf(list);
  if (prefix !== undefined) {
    const few = sql`select * from ${table} where ${all} and ${prefix} limit ${SORTED + 1}`;
    const count = sql<{ count: number }>`select count(*) as count from (${few}) as few`;
    const found = await db.first<{ count: number }>(runnable(count));
    if (Number(found?.count) <= SORTED) return { rows: few, ordered: false };
  }
  const narrow = list.table === 'occurrence' ? narrowest(list) : [];
  const terms = sql.join([all, ...narrow], sql` and `);
  const rows = sql`select * from ${table} where ${terms}
    and (create_time, id) > (${sql.join(after)}) order by create_time, id limit ${EXAMINED}`;
  return { rows, ordered: true };
}

function prefixOf(list: MetadataList): Expression<SqlBool> | undefined {
  const call = filterConjuncts(list.filter).find(
    (part) =>
      part.kind === 'call' && part.function === 'has_prefix' && columnName(part) === 'resource_uri',
  );
  if (call?.kind !== 'call') return undefined;
  const rule = list.fields.get(fieldKey(call.field.path));
  return rule && prefixRange(rule.column, String(readValue(call.value, rule)));
}

/** An equality that an index (owner, column, create time, id) serves: the more selective first. */
function narrowest(list: MetadataList): Expression<SqlBool>[] {
  const equalities = filterConjuncts(list.filter).filter(
    (part) => part.kind === 'compare' && (part.operator === '=' || part.operator === ':'),
  );
  for (const column of ['resource_uri', 'kind']) {
    const part = equalities.find((equality) => columnName(equality) === column);
    const condition = part && filterToSql(part, list.fields);
    if (condition !== undefined) return [condition];
  }
  return [];
}

const COLUMN_NAMES: Readonly<Record<string, string>> = {
  kind: 'kind',
  resourceurl: 'resource_uri',
  resourceuri: 'resource_uri',
  'resource.uri': 'resource_uri',
};

function columnName(part: FilterExpression): string | undefined {
  if (part.kind !== 'compare' && part.kind !== 'call') return undefined;
  return COLUMN_NAMES[fieldKey(part.field.path)];
}

function runnable<Row>(query: RawBuilder<Row>): BoundStatement<Row> {
  return {
    commandFor: (builder) => {
      const { sql: text, parameters } = query.compile(builder);
      // Only texts and numbers were bound above.
      return { sql: text, parameters: parameters as (string | number)[] };
    },
  };
}
