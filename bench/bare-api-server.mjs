/**
 * The baseline of Google's API: bare fastify routes over the same database, each of which runs one
 * prepared statement (or one transaction of one, for a batch). Plain JavaScript, so that it strips
 * no types.
 * Usage: node bare-api-server.mjs sqlite FILE, or node bare-api-server.mjs postgres URL PASSWORD
 */
import { DatabaseSync } from 'node:sqlite';
import fastify from 'fastify';
import { Pool } from 'pg';

const COLUMNS = [
  'project',
  'id',
  'kind',
  'resource_uri',
  'resource_written',
  'note_project',
  'note_id',
  'severity',
  'fixable',
  'create_time',
  'update_time',
  'body',
];

const [kind, where, password] = process.argv.slice(2);
const database = kind === 'sqlite' ? openSqlite(where) : openPostgres(where, password);
const app = fastify({ bodyLimit: 64 * 1024 * 1024 });

app.get('/written/:id', (request) => database.written(request.params.id));
app.get('/found/:package/:advisory', (request) =>
  database.found(Number(request.params.package), request.params.advisory),
);
app.post('/batch', async (request) => {
  const rows = request.body.occurrences.map(toRow);
  await database.insert(rows);
  return { occurrences: request.body.occurrences };
});

let count = 0;
const run = Date.now().toString(36);

function toRow(one) {
  count += 1;
  const id = `bare-${run}-${count}`;
  const uri = one.resourceUri.slice('https://'.length);
  const time = Date.now() * 1000;
  const body = JSON.stringify(one);
  return ['bench', id, one.kind, uri, one.resourceUri, 'bench', 'n', 4, 0, time, time, body];
}

function openSqlite(file) {
  const db = new DatabaseSync(file, { timeout: 20_000 });
  db.exec('pragma journal_mode = wal');
  db.exec('pragma synchronous = full');
  const written = db.prepare('select * from occurrence where project = ? and id = ?');
  const found = db.prepare('select * from package_match where package = ? and advisory_id = ?');
  const marks = COLUMNS.map(() => '?').join(', ');
  const insert = db.prepare(`insert into occurrence (${COLUMNS.join(', ')}) values (${marks})`);
  return {
    written: (id) => written.get('bench', id),
    found: (id, advisory) => found.get(id, advisory),
    insert: (rows) => {
      db.exec('begin immediate');
      for (const row of rows) insert.run(...row);
      db.exec('commit');
    },
  };
}

function openPostgres(url, secret) {
  const address = new URL(url);
  address.password = secret;
  const pool = new Pool({ connectionString: address.href, max: 8 });
  const first = async (query) => (await pool.query(query)).rows[0];
  const types = COLUMNS.map((name) => (/severity|fixable|time/.test(name) ? 'bigint[]' : 'text[]'));
  const lists = types.map((type, at) => `$${at + 1}::${type}`).join(', ');
  return {
    written: (id) =>
      first({
        name: 'written',
        text: 'select * from occurrence where project = $1 and id = $2',
        values: ['bench', id],
      }),
    found: (id, advisory) =>
      first({
        name: 'found',
        text: 'select * from package_match where package = $1 and advisory_id = $2',
        values: [id, advisory],
      }),
    insert: (rows) =>
      pool.query({
        name: 'insert',
        text: `insert into occurrence (${COLUMNS.join(', ')}) select * from unnest(${lists})`,
        values: COLUMNS.map((_, at) => rows.map((row) => row[at])),
      }),
  };
}

process.once('SIGTERM', () => process.exit(0));
const address = await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ http: address })}\n`);
