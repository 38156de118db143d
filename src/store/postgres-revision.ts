/**
 * The revision of a store that other replicas write to as well. Each commit that changes facts of
 * verdicts raises a counter row and notifies; beside that the row is read twice a second. While
 * the last successful look is older than the bound, every question gets a new revision, so that
 * nothing cached is believed.
 */
import { performance } from 'node:perf_hooks';
import type { Client } from 'pg';
import { connectPostgres, type PostgresAccess } from './postgres-connection.ts';

/** How old the knowledge of other replicas' commits may be, in milliseconds. */
export const REVISION_BOUND = 1000;
/** Pause between two looks, and how long one may take, in milliseconds. */
const PAUSE = 400;
const LOOK_LIMIT = 500;

const CHANNEL = 'assay_revision';
const READ_REVISION = `select value::bigint as revision from setting where name = 'revision'`;

/** Raises the counter; the notification goes out with the commit. */
export const BUMP_REVISION = `with bumped as (
    update setting set value = (value::bigint + 1)::text where name = 'revision' returning value)
  select value::bigint as revision, pg_notify('${CHANNEL}', value) from bumped`;

/** Knows the revision of the database. */
export interface RevisionFollower {
  readonly current: () => number;
  /** Takes in what a commit of this replica made. */
  readonly saw: (revision: number) => void;
  readonly close: () => Promise<void>;
}

/** What is known, apart from connections and clocks. */
export interface RevisionKnowledge {
  readonly current: (now: number) => number;
  readonly saw: (revision: number) => void;
  /** Begins a look at the row; its answer is handed to the function given back. */
  readonly look: (now: number) => (revision: number) => void;
}

/** Makes the knowledge of a database that nobody has looked at yet; `bound` in milliseconds. */
export function createRevisionKnowledge(bound: number = REVISION_BOUND): RevisionKnowledge {
  let last = 0;
  let offset = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const saw = (revision: number): void => {
    last = Math.max(last, revision);
  };
  return {
    saw,
    current: (now) => {
      if (now - lookedAt > bound) offset += 1;
      return offset + last;
    },
    look: (now) => {
      const before = last;
      return (revision) => {
        lookedAt = Math.max(lookedAt, now);
        if (revision >= before) return saw(revision);
        // The database lost commits, as a promoted standby may: what we know of it is void.
        offset += last - revision + 1;
        last = revision;
      };
    },
  };
}

/** Follows the revision of a database; resolves when it is known. */
export async function followRevision(
  access: PostgresAccess,
  bound?: number,
): Promise<RevisionFollower> {
  const knowledge = createRevisionKnowledge(bound);
  const state: Following = { access, knowledge, client: undefined, closed: false };
  await lookOnce(state);
  const ended = keepLooking(state);
  return {
    current: () => knowledge.current(performance.now()),
    saw: knowledge.saw,
    close: async () => {
      state.closed = true;
      state.wake?.();
      await ended;
      await dropClient(state);
    },
  };
}

interface Following {
  readonly access: PostgresAccess;
  readonly knowledge: RevisionKnowledge;
  client: Client | undefined;
  closed: boolean;
  wake?: () => void;
}

async function keepLooking(state: Following): Promise<void> {
  for (;;) {
    await pause(state);
    if (state.closed) return;
    try {
      await lookOnce(state);
    } catch {
      // Until a look succeeds again the bound passes and nothing cached is believed.
      await dropClient(state);
    }
  }
}

function pause(state: Following): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PAUSE);
    timer.unref();
    state.wake = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

async function lookOnce(state: Following): Promise<void> {
  state.client ??= await listen(state);
  const answer = state.knowledge.look(performance.now());
  const { rows } = await state.client.query<{ revision: number }>(READ_REVISION);
  answer(rows[0]?.revision ?? 0);
}

async function listen({ access, knowledge }: Following): Promise<Client> {
  const client = await connectPostgres(access, { query_timeout: LOOK_LIMIT });
  client.on('notification', ({ payload }) => {
    const revision = Number(payload);
    if (Number.isSafeInteger(revision)) knowledge.saw(revision);
  });
  try {
    await client.query(`listen ${CHANNEL}`);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  return client;
}

async function dropClient(state: Following): Promise<void> {
  const { client } = state;
  state.client = undefined;
  await client?.end().catch(() => undefined);
}
