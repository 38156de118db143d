/**
 * What the calling thread asks of the writer, and what it answers: plain values that can be cloned.
 */
import type { ErrorCode, ErrorDetails } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import type { DenialRow } from './denial-rows.ts';
import type { SqlCommand, SqlValue } from './sql-builder.ts';
import type { Kept } from './store-contract.ts';

/** A batch of decisions, ready to be chained and committed. */
export interface DecisionBatch {
  readonly firstId: string;
  readonly lastId: string;
  readonly firstTime: Micros;
  readonly lastTime: Micros;
  readonly count: number;
  readonly payload: string;
  readonly day: Micros;
  readonly evaluations: readonly { readonly id: string; readonly body: string }[];
  /** Rows of the outbox, kept where they are wanted; see denial-rows.ts. */
  readonly denials: readonly DenialRow[];
}

/** One request to the writer. */
export type WriterRequest =
  | { readonly kind: 'begin'; readonly kept: Kept }
  | { readonly kind: 'commit' | 'rollback' | 'close' }
  | { readonly kind: 'all'; readonly command: SqlCommand }
  | {
      readonly kind: 'run';
      readonly sql: string;
      readonly rows: readonly (readonly SqlValue[])[];
    }
  | { readonly kind: 'append'; readonly batch: DecisionBatch };

/** The writer's answer: rows, or the number of changed rows. */
export type WriterAnswer =
  | { readonly rows: readonly Record<string, unknown>[]; readonly changes: number }
  | { readonly error: CarriedError };

/** An error as it crosses threads. */
export interface CarriedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly details: ErrorDetails;
}

/** What the writer needs to start. */
export interface WriterOptions {
  /** Path of the database file. */
  readonly file: string;
  /** Data folder to be checked for a live server at each transaction; absent: not checked. */
  readonly guardFolder?: string;
}
