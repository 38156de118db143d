/** The stored form of a batch of decisions: one JSON text, its rows as arrays to keep it small. */
import { AssayError } from '../domain/error.ts';
import type { DecisionEntry } from './store-contract.ts';

type StoredDecision = readonly [
  id: string,
  time: number,
  project: string,
  cluster: string | null,
  outcome: DecisionEntry['outcome'],
  allowed: 0 | 1,
  evaluationId: string,
  count: number,
  evaluateTime?: number,
];

interface StoredBatch {
  readonly schemaVersion: 1;
  readonly decisions: readonly StoredDecision[];
}

/** Prints decisions in the order given. */
export function formatDecisionPayload(decisions: readonly DecisionEntry[]): string {
  const batch: StoredBatch = { schemaVersion: 1, decisions: decisions.map(toStored) };
  return JSON.stringify(batch);
}

/** Reads a payload that this store wrote; refuses one of another schema version. */
export function parseDecisionPayload(payload: string): DecisionEntry[] {
  // Written by formatDecisionPayload and guarded by the hash chain.
  const batch = JSON.parse(payload) as StoredBatch;
  if (batch.schemaVersion === 1) return batch.decisions.map(fromStored);
  throw new AssayError(
    'internal',
    `a decision batch has schemaVersion ${String(batch.schemaVersion)}; this version reads 1`,
  );
}

function toStored(decision: DecisionEntry): StoredDecision {
  const { id, time, project, cluster, outcome, allowed, evaluationId, count } = decision;
  const { evaluateTime } = decision;
  const place = cluster ?? null;
  const row = [id, time, project, place, outcome, allowed ? 1 : 0, evaluationId, count] as const;
  return evaluateTime === undefined ? row : [...row, evaluateTime];
}

function fromStored(stored: StoredDecision): DecisionEntry {
  const [id, time, project, cluster, outcome, allowed, evaluationId, count, evaluateTime] = stored;
  return {
    id,
    time,
    project,
    outcome,
    allowed: allowed === 1,
    evaluationId,
    count,
    ...(cluster === null ? {} : { cluster }),
    ...(evaluateTime === undefined ? {} : { evaluateTime }),
  };
}
