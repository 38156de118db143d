/**
 * Groups the decisions of concurrent callers into one row and one commit. While a batch is being
 * committed the next one fills, and the callers just answered get a moment to ask again, so the
 * wait follows the load: a lone caller waits for nobody.
 */
import { DAY, type Micros } from '../domain/time.ts';
import { formatDecisionPayload } from './decision-payload.ts';
import { denialRows } from './denial-rows.ts';
import type { NewDecision } from './store-contract.ts';
import type { DecisionBatch } from './writer-messages.ts';

/** Decisions per batch at most. */
const BATCH_LIMIT = 200;
/** How long a batch waits for the callers who were answered just before it, in milliseconds. */
const LINGER = 1;
/** Evaluations of the day that are remembered as stored; a forgotten one is only sent again. */
const REMEMBERED = 50_000;

/** Takes decisions; each promise resolves once its decision is durable. */
export interface DecisionQueue {
  readonly append: (decision: NewDecision) => Promise<void>;
  /** Forgets which evaluations are stored: call it after any were removed. */
  readonly forget: () => void;
  /** Resolves when nothing is under way. */
  readonly drained: () => Promise<void>;
}

interface Waiting {
  readonly decision: NewDecision;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Makes a queue that commits batches by `commit`, one at a time. */
export function createDecisionQueue(
  commit: (batch: DecisionBatch) => Promise<unknown>,
): DecisionQueue {
  const memory = createMemory();
  let waiting: Waiting[] = [];
  let running: Promise<void> | undefined;
  let wanted = 1;
  let enough: () => void = () => undefined;
  const fill = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, LINGER);
      enough = () => {
        clearTimeout(timer);
        // Those that come in the same turn are taken along.
        setImmediate(resolve);
      };
      if (waiting.length >= wanted) enough();
    });
  const run = async (): Promise<void> => {
    while (waiting.length > 0) {
      await fill();
      const group = waiting.slice(0, BATCH_LIMIT);
      waiting = waiting.slice(BATCH_LIMIT);
      await flush(group, memory, commit);
      wanted = Math.min(BATCH_LIMIT, group.length + waiting.length);
    }
    running = undefined;
  };
  return {
    append: (decision) =>
      new Promise((resolve, reject) => {
        waiting.push({ decision, resolve, reject });
        if (waiting.length === wanted) enough();
        running ??= run();
      }),
    forget: memory.clear,
    drained: async () => running,
  };
}

async function flush(
  group: readonly Waiting[],
  memory: Memory,
  commit: (batch: DecisionBatch) => Promise<unknown>,
): Promise<void> {
  try {
    const batch = makeBatch(
      group.map(({ decision }) => decision),
      memory,
    );
    await commit(batch);
    for (const { id } of batch.evaluations) memory.add(id, batch.day);
    for (const { resolve } of group) resolve();
  } catch (error) {
    for (const { reject } of group) reject(error);
  }
}

function makeBatch(decisions: readonly NewDecision[], memory: Memory): DecisionBatch {
  const times = decisions.map(({ time }) => time);
  const ids = decisions.map(({ id }) => id).sort();
  const lastTime = Math.max(...times);
  const day = lastTime - (lastTime % DAY);
  return {
    firstId: ids[0] ?? '',
    lastId: ids.at(-1) ?? '',
    firstTime: Math.min(...times),
    lastTime,
    count: decisions.length,
    payload: formatDecisionPayload(decisions),
    day,
    evaluations: newEvaluations(decisions, (id) => memory.has(id, day)),
    denials: denialRows(decisions),
  };
}

function newEvaluations(
  decisions: readonly NewDecision[],
  isStored: (id: string) => boolean,
): DecisionBatch['evaluations'] {
  const bodies = new Map<string, string>();
  for (const { evaluationId: id, evaluationJson } of decisions) {
    if (!bodies.has(id) && !isStored(id)) bodies.set(id, evaluationJson());
  }
  return Array.from(bodies, ([id, body]) => ({ id, body }));
}

/** Which evaluations are stored and marked as used on a day. */
interface Memory {
  readonly has: (id: string, day: Micros) => boolean;
  readonly add: (id: string, day: Micros) => void;
  readonly clear: () => void;
}

function createMemory(): Memory {
  const ids = new Set<string>();
  let today: Micros = 0;
  return {
    has: (id, day) => day === today && ids.has(id),
    add: (id, day) => {
      if (day !== today || ids.size >= REMEMBERED) ids.clear();
      today = day;
      ids.add(id);
    },
    clear: () => ids.clear(),
  };
}
