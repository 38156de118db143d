/**
 * The writer: one connection, one transaction at a time. The same code runs in the writer thread
 * of a server and on the calling thread of a short command.
 */
import { AssayError } from '../domain/error.ts';
import { chainHash } from './chain-hash.ts';
import { denialStatement, denialParameters } from './denial-rows.ts';
import { refuseLiveServer } from './serve-lock.ts';
import { connectSqlite, type SqliteConnection } from './sqlite-connection.ts';
import type { Kept } from './store-contract.ts';
import type {
  DecisionBatch,
  WriterAnswer,
  WriterOptions,
  WriterRequest,
} from './writer-messages.ts';

/** Answers one request; throws what went wrong. */
export type WriterEngine = (request: WriterRequest) => Exclude<WriterAnswer, { error: unknown }>;

const NOTHING = { rows: [], changes: 0 };

/** Opens the writing connection and answers requests over it. */
export function createWriterEngine(options: WriterOptions): WriterEngine {
  const connection = connectSqlite(options.file, { readOnly: false });
  return (request) => {
    switch (request.kind) {
      case 'all':
        return { rows: connection.all(request.command), changes: 0 };
      case 'run':
        return { rows: [], changes: connection.runMany(request.sql, request.rows) };
      case 'append':
        return appendBatch(connection, request.batch, options);
      case 'begin':
        return begin(connection, options, request.kept);
      case 'commit':
      case 'rollback':
        connection.exec(request.kind);
        return NOTHING;
      case 'close':
        return close(connection);
    }
  };
}

function begin(connection: SqliteConnection, options: WriterOptions, kept: Kept): typeof NOTHING {
  connection.keep(kept);
  connection.exec('begin immediate');
  try {
    if (options.guardFolder !== undefined) refuseLiveServer(options.guardFolder);
  } catch (error) {
    connection.exec('rollback');
    throw error;
  }
  return NOTHING;
}

function close(connection: SqliteConnection): typeof NOTHING {
  connection.exec('pragma optimize');
  connection.close();
  return NOTHING;
}

const KEEP_EVALUATION = `insert into evaluation (id, last_day, body) values (?, ?, ?)
  on conflict (id) do update set last_day = excluded.last_day
  where evaluation.last_day < excluded.last_day`;
const KEEP_BATCH = `insert into decision_batch (sequence, previous_hash, hash, first_id, last_id,
  first_time, last_time, count, bytes, payload) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const KEEP_DENIAL = denialStatement(() => '?');

function appendBatch(
  connection: SqliteConnection,
  batch: DecisionBatch,
  options: WriterOptions,
): typeof NOTHING {
  begin(connection, options, 'at-once');
  try {
    const evaluations = batch.evaluations.map(({ id, body }) => [id, batch.day, body]);
    connection.runMany(KEEP_EVALUATION, evaluations);
    connection.runMany(KEEP_BATCH, [batchRow(connection, batch)]);
    connection.runMany(KEEP_DENIAL, batch.denials.map(denialParameters));
    connection.exec('commit');
  } catch (error) {
    connection.exec('rollback');
    throw error;
  }
  return NOTHING;
}

function batchRow(connection: SqliteConnection, batch: DecisionBatch): (string | number)[] {
  const { sequence, hash: previous } = chainEnd(connection);
  const { firstId, lastId, firstTime, lastTime, count, payload } = batch;
  const place = [sequence + 1, previous, chainHash(previous, payload)];
  const range = [firstId, lastId, firstTime, lastTime, count];
  return place.concat(range, [Buffer.byteLength(payload), payload]);
}

function chainEnd(connection: SqliteConnection): { sequence: number; hash: string } {
  const last =
    connection.first({
      sql: 'select sequence, hash from decision_batch order by sequence desc limit 1',
      parameters: [],
    }) ??
    connection.first({ sql: 'select sequence, hash from decision_checkpoint', parameters: [] });
  if (last === undefined) return { sequence: 0, hash: '' };
  const { sequence, hash: end } = last;
  if (typeof sequence === 'number' && typeof end === 'string') return { sequence, hash: end };
  throw new AssayError('internal', 'the last decision batch has no sequence number and hash');
}
