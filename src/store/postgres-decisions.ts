/** Appends batches of decisions to the chain that all replicas share, one at a time. */
import { isAssayError } from '../domain/error.ts';
import { chainHash } from './chain-hash.ts';
import { type DenialRow, denialParameters, denialStatement } from './denial-rows.ts';
import type { PostgresPools, PostgresWriter } from './postgres-connection.ts';
import { allOrFirstError, inTransaction } from './postgres-transaction.ts';
import { statement, type SqlBuilder, type SqlCommand } from './sql-builder.ts';
import type { DecisionBatchTable } from './schema.ts';
import type { DecisionBatch } from './writer-messages.ts';

const keepEvaluation = statement((sql, p: { id: string; day: number; body: string }) =>
  sql
    .insertInto('evaluation')
    .values({ id: p.id, last_day: p.day, body: p.body })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((kept) => ({ last_day: kept.ref('excluded.last_day') }))
        .whereRef('evaluation.last_day', '<', 'excluded.last_day'),
    ),
);

const keepBatch = statement((sql, p: DecisionBatchTable) =>
  sql.insertInto('decision_batch').values({
    sequence: p.sequence,
    previous_hash: p.previous_hash,
    hash: p.hash,
    first_id: p.first_id,
    last_id: p.last_id,
    first_time: p.first_time,
    last_time: p.last_time,
    count: p.count,
    bytes: p.bytes,
    payload: p.payload,
  }),
);

/** The last batch, else where retention cut the chain off. */
const CHAIN_END = `(select sequence, hash from decision_batch order by sequence desc limit 1)
  union all (select sequence, hash from decision_checkpoint) order by sequence desc limit 1`;

/** Chains and commits a batch under the lock of the chain; once more where a deadlock ended it. */
export async function appendDecisionBatch(
  sql: SqlBuilder,
  pools: PostgresPools,
  batch: DecisionBatch,
): Promise<void> {
  try {
    await appendOnce(sql, pools, batch);
  } catch (error) {
    if (!isAssayError(error, 'aborted')) throw error;
    await appendOnce(sql, pools, batch);
  }
}

async function appendOnce(
  sql: SqlBuilder,
  pools: PostgresPools,
  batch: DecisionBatch,
): Promise<void> {
  await pools.withWriter((writer) =>
    inTransaction(writer, 'decisions', async () => {
      const row = await chained(writer, batch);
      const evaluations = batch.evaluations.map(({ id, body }) =>
        keepEvaluation({ id, day: batch.day, body }),
      );
      const kept = [...evaluations, keepBatch(row)].map((bound) => bound.commandFor(sql));
      const commands = [...kept, ...batch.denials.map(denialCommand)];
      await allOrFirstError(commands.map(writer.run));
      return { value: undefined };
    }),
  );
}

const KEEP_DENIAL = denialStatement((index) => `$${index}`);

function denialCommand(row: DenialRow): SqlCommand {
  return { sql: KEEP_DENIAL, name: 'keep-denial', parameters: denialParameters(row) };
}

async function chained(writer: PostgresWriter, batch: DecisionBatch): Promise<DecisionBatchTable> {
  const [end] = (await writer.query(CHAIN_END)).rows;
  // Both columns are not null in both tables.
  const previous = (end?.['hash'] ?? '') as string;
  const { firstId, lastId, firstTime, lastTime, count, payload } = batch;
  return {
    sequence: Number(end?.['sequence'] ?? 0) + 1,
    previous_hash: previous,
    hash: chainHash(previous, payload),
    first_id: firstId,
    last_id: lastId,
    first_time: firstTime,
    last_time: lastTime,
    count,
    bytes: Buffer.byteLength(payload),
    payload,
  };
}
