/** Assessments that older versions kept are found by their product after the migration. */
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { expect, it } from 'vitest';
import { createTestDatabase, postgresPrograms } from '../../test/support/postgres.ts';
import { MIGRATIONS } from './migrate-store.ts';
import { POSTGRES_DIALECT, SQLITE_DIALECT, type SqlDialect } from './migration.ts';

const VEX = 'VULNERABILITY_ASSESSMENT';
const LONG = `https://r.example/${'a'.repeat(700)}`;
const NOTES: readonly (readonly [id: string, kind: string, uri: string, wanted: string | null])[] =
  [
    ['a', VEX, 'https://r.example/app', 'r.example/app'],
    ['b', VEX, 'HTTPS://r.example/app@sha256:0a', 'r.example/app@sha256:0a'],
    ['c', VEX, 'r.example/app', 'r.example/app'],
    ['d', VEX, LONG, null],
    ['e', 'BUILD', 'https://r.example/app', null],
    ['f', VEX, 'https://r.example/\u0000', null],
  ];

function statementsOf(dialect: SqlDialect, before: boolean): string[] {
  const at = MIGRATIONS.findIndex(({ name }) => name === 'vex-products');
  const some = before ? MIGRATIONS.slice(0, at) : MIGRATIONS.slice(at, at + 1);
  return some.flatMap(({ statements }) => statements(dialect));
}

function rowOf([id, kind, uri]: (typeof NOTES)[number]): (string | number)[] {
  const body = { schemaVersion: 1, detail: { product: { genericUri: uri } } };
  return ['p', id, kind, 1, 1, JSON.stringify(body)];
}

const INSERT = 'insert into note (project, id, kind, create_time, update_time, body) values';
const WANTED = NOTES.map(([id, , , product_uri]) => ({ id, product_uri }));

it('on SQLite', () => {
  const database = new DatabaseSync(':memory:');
  for (const statement of statementsOf(SQLITE_DIALECT, true)) database.exec(statement);
  for (const note of NOTES.slice(0, 5)) {
    database.prepare(`${INSERT} (?, ?, ?, ?, ?, ?)`).run(...rowOf(note));
  }
  for (const statement of statementsOf(SQLITE_DIALECT, false)) database.exec(statement);
  const rows = database.prepare('select id, product_uri from note order by id').all();
  expect(rows.map((row) => ({ ...row }))).toEqual(WANTED.slice(0, 5));
});

it.skipIf(!postgresPrograms)('on PostgreSQL (needs postgres)', async () => {
  const database = await createTestDatabase();
  const url = new URL(database.url);
  url.password = database.password;
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    for (const statement of statementsOf(POSTGRES_DIALECT, true)) await client.query(statement);
    for (const note of NOTES) {
      await client.query(`${INSERT} ($1, $2, $3, $4, $5, $6)`, rowOf(note));
    }
    for (const statement of statementsOf(POSTGRES_DIALECT, false)) await client.query(statement);
    const { rows } = await client.query('select id, product_uri from note order by id');
    expect(rows).toEqual(WANTED);
  } finally {
    await client.end();
    await database.drop();
  }
});
