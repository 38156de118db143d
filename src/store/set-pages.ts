/**
 * All package sets in the order in which they lie, many of them as one row: a row of its own for
 * each of a hundred thousand costs more than all of their bytes.
 */
import { sql } from 'kysely';
import { joinedBytes, joinedLines } from './joined-sql.ts';
import {
  type IdBuffer,
  type KeptMembers,
  keepIds,
  readInstalledInto,
  readMembersInto,
} from './package-members.ts';
import { among, listParameter } from './raw-statement.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** Some sets; their packages are read into a buffer, one set at a time. */
export interface SetPage {
  readonly numbers: readonly number[];
  /** The same text for sets that were read alike. */
  readonly bodies: readonly string[];
  /** Reads the installed packages of the set at a place, one in two files twice. */
  readonly readInstalled: (at: number, into: IdBuffer) => void;
  /** Reads all its packages. */
  readonly readMembers: (at: number, into: IdBuffer) => void;
}

/** Sets behind a number, so many at most. */
export interface SetRange {
  readonly after: number;
  readonly limit: number;
}

/** Bodies are JSON and have no line break. */
const joinedAfter = statement((builder, p: SetRange) => {
  const page = builder
    .selectFrom('package_set')
    .select(['number', 'body', 'packed'])
    .where('number', '>', p.after)
    .orderBy('number')
    .limit(p.limit);
  const lines = (of: string) => joinedLines(builder, { of, order: 'number' });
  return builder
    .selectFrom(page.as('page'))
    .select([
      lines('number').as('numbers'),
      lines('coalesce(length(packed), 0)').as('lengths'),
      lines('body').as('bodies'),
      joinedBytes(builder, { of: 'packed', order: 'number' }).as('bytes'),
    ]);
});

const unpackedAmong = statement((builder, p: { numbers: string }) =>
  builder
    .selectFrom('package_set')
    .select(['number', 'members'])
    .where(among(builder, sql.ref('number'), { of: 'bigint', values: p.numbers })),
);

/** The sets of a range by their numbers. */
export async function readSetPage(db: Reader, range: SetRange): Promise<SetPage> {
  const row = await db.first(joinedAfter(range));
  if (row === undefined || row.numbers === null) return NO_SETS;
  const numbers = row.numbers.split('\n').map(Number);
  const ends = endsOf(row.lengths ?? '');
  const bytes = row.bytes ?? new Uint8Array();
  const earlier = await readUnpacked(
    db,
    numbers.filter((_, at) => isEmpty(ends, at)),
  );
  return {
    numbers,
    bodies: (row.bodies ?? '').split('\n'),
    readInstalled: (at, into) => {
      const unpacked = earlier.get(numbers[at] ?? 0);
      if (unpacked === undefined) readInstalledInto(bytes, placeOf(ends, at), into);
      else
        keepIds(
          unpacked.members.filter(([, , origin]) => origin === 'installed'),
          into,
        );
    },
    readMembers: (at, into) => {
      const unpacked = earlier.get(numbers[at] ?? 0);
      if (unpacked === undefined) readMembersInto(bytes, placeOf(ends, at), into);
      else keepIds(unpacked.members, into);
    },
  };
}

const NO_SETS: SetPage = {
  numbers: [],
  bodies: [],
  readInstalled: (_, into) => keepIds([], into),
  readMembers: (_, into) => keepIds([], into),
};

/** Where the members of each set end. */
function endsOf(lengths: string): readonly number[] {
  let end = 0;
  return lengths.split('\n').map((length) => (end += Number(length)));
}

function placeOf(
  ends: readonly number[],
  at: number,
): { readonly from: number; readonly to: number } {
  return { from: ends[at - 1] ?? 0, to: ends[at] ?? 0 };
}

/** What is packed has a byte at least. */
function isEmpty(ends: readonly number[], at: number): boolean {
  const { from, to } = placeOf(ends, at);
  return from === to;
}

/** Sets in the form of earlier versions. */
async function readUnpacked(
  db: Reader,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, KeptMembers>> {
  if (numbers.length === 0) return new Map();
  const rows = await db.all(unpackedAmong({ numbers: listParameter(numbers) }));
  return new Map(rows.map((row) => [row.number, parseStored<KeptMembers>(row.members)]));
}
