/** What PostgreSQL and the way to it can answer, as errors of ours. */
import { DatabaseError } from 'pg';
import { AssayError, type ErrorCode } from '../domain/error.ts';

type Meaning = readonly [code: ErrorCode, advice: string];

/** By SQLSTATE (PostgreSQL manual, appendix A), else by its class, the first two characters. */
const MEANINGS: Readonly<Record<string, Meaning>> = {
  '08': ['unavailable', 'the connection was lost; try again'],
  '0A000': ['unavailable', 'the schema was changed meanwhile; try again'],
  '22021': ['invalid-argument', 'a text with a NUL or broken UTF-8 cannot be kept'],
  '25006': ['unavailable', 'it is a standby that only reads; name the primary in --database'],
  '25P02': ['internal', 'a failed statement was passed over: nothing was written'],
  '25P03': ['unavailable', 'a write paused for too long and was given up; try again'],
  '28': ['unavailable', 'it refuses the user; check --database and --database-password-file'],
  '3D000': ['unavailable', 'create the database, owned by the user of --database'],
  '40': ['aborted', 'another change came first; try again'],
  '42501': ['unavailable', 'let the user of --database own the database'],
  '53': ['unavailable', 'it is short of disk, memory or connections; see its log'],
  '54000': ['invalid-argument', 'a name or resource URI is too long to be looked up by'],
  '55P03': ['unavailable', 'another replica writes for too long; try again'],
  '57': ['unavailable', 'it ended the statement or is stopping; try again'],
  '58': ['unavailable', 'its disk failed; see its log'],
};

/** Tells whether a statement was prepared before the schema changed: a new connection runs it. */
export function isOutdatedPlan(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '0A000' || error.code === '26000');
}

/** Turns what `pg` threw into an {@link AssayError}; defects of our own pass as they are. */
export function translatePostgresError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof AssayError) return error;
  if (error instanceof DatabaseError) return translateAnswer(error);
  if (error instanceof TypeError || error instanceof RangeError) return error;
  return new AssayError(
    'unavailable',
    `PostgreSQL cannot be reached: ${causeOf(error)}; check --database and that it runs`,
    { cause: error },
  );
}

function translateAnswer(error: DatabaseError): AssayError {
  const state = error.code ?? '';
  const meaning = MEANINGS[state] ?? MEANINGS[state.slice(0, 2)];
  if (meaning !== undefined) {
    return new AssayError(meaning[0], `PostgreSQL: ${error.message}: ${meaning[1]}`, {
      cause: error,
    });
  }
  const message = `the store refused a statement: ${error.message} (SQLSTATE ${state})`;
  return new AssayError('internal', message, { cause: error });
}

/** A host with several addresses fails with several errors and no message of its own. */
function causeOf(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && first.message !== '' ? first.message : error.name;
}
