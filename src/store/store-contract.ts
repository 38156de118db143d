/**
 * What every store promises, whichever database is beneath it: bounded reads on the caller's
 * thread, writes under one lock, and one grouped append for decisions.
 */
import type { Decision } from '../domain/decision.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import type { Outcome } from '../domain/verdict.ts';
import type { Query, SqlBuilder, Statement } from './sql-builder.ts';

/** Runs queries that read. Bounded in rows by whoever writes the query. */
export interface Reader {
  /** Builds queries for this store's dialect. */
  readonly sql: SqlBuilder;
  /** All rows of a query. */
  readonly all: <Row>(query: Query<Row>) => Promise<Row[]>;
  /** The first row of a query, or undefined. */
  readonly first: <Row>(query: Query<Row>) => Promise<Row | undefined>;
}

/** A write transaction: commits when its function returns, rolls back when it throws. */
export interface Tx extends Reader {
  /** Runs one change; answers how many rows it changed. */
  readonly run: (query: Query<unknown>) => Promise<number>;
  /** Runs one statement over many rows in one message; answers how many rows it changed. */
  readonly runMany: <Input>(
    statement: Statement<Input, unknown>,
    inputs: readonly Input[],
  ) => Promise<number>;
  /** Says that facts which verdicts are made of change: the commit raises `revision()`. */
  readonly changed: () => void;
}

/** A decision as it is listed: with the fields that lists select by. */
export interface DecisionEntry extends Decision {
  /** `location.clusterId`, where known. */
  readonly cluster?: string;
  readonly outcome: Outcome;
  /** What the cluster was told. */
  readonly allowed: boolean;
}

/** A decision to be kept, with what it evaluated. */
export interface NewDecision extends DecisionEntry {
  /** Canonical JSON of the evaluation; asked for only where the store may not have it yet. */
  readonly evaluationJson: () => string;
  /** What destinations are told where it denies; asked for once per evaluation and batch. */
  readonly denial?: () => JsonObject | undefined;
}

/**
 * When a write is durable: `at-once` before it resolves; `with-next` at the latest with the next
 * one that is. Then a power cut may undo it, never in part and never alone: what was written after
 * it goes too. A killed process loses nothing of either.
 */
export type Kept = 'at-once' | 'with-next';

/** Who holds a data folder. */
export interface ServeLock {
  readonly pid: number;
  readonly started: Micros;
  /** Opaque mark of the process' start, against reused pids; empty where the system has none. */
  readonly processStart: string;
  /** Address of the API, e.g. `http://127.0.0.1:8080`; empty until the server listens. */
  readonly http: string;
}

/** An open store. */
export interface Store extends Reader {
  /**
   * Runs `f` in a write transaction under the store's one write lock. `f` awaits nothing but its
   * `tx`, never calls `write` again, and lasts at most 50 ms (longer ones are reported). Durable
   * when it resolves, unless `kept` says that it need not be yet.
   */
  readonly write: <T>(f: (tx: Tx) => Promise<T>, kept?: Kept) => Promise<T>;
  /** Keeps a decision; resolves once it is durable. Grouped with those of other callers. */
  readonly appendDecision: (decision: NewDecision) => Promise<void>;
  /** To be called after evaluations were removed, so that they are kept again when used again. */
  readonly forgetEvaluations: () => void;
  /**
   * Rises with every committed write that called `tx.changed()`: this process' own at once, those
   * of other replicas within a second. While it is not known, each call gives a new one.
   */
  readonly revision: () => number;
  /** The live server that holds this folder, when it is another process. */
  readonly lockHolder: () => ServeLock | undefined;
  /** `serve` only: writes the API's address into the lock file. */
  readonly announce: (http: string) => Promise<void>;
  /** Waits for decisions under way, checkpoints, and gives the lock back. */
  readonly close: () => Promise<void>;
}

/** Options of a store on a data folder. */
export interface StoreOptions {
  /** Data folder; made with mode 0700 where it does not exist. */
  readonly folder: string;
  /** `serve` holds the folder, `command` writes only while no server does, `read` never writes. */
  readonly mode: 'serve' | 'command' | 'read';
  readonly now: () => Micros;
  /** UUIDv7. */
  readonly newId: () => string;
  /** Where SQLite writes: its own thread (default), or the calling one for short commands. */
  readonly writer?: 'thread' | 'inline';
  /** Told of each write that lasted longer than 50 ms. */
  readonly onSlowWrite?: (milliseconds: number) => void;
}
