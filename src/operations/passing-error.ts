/** Which errors of a job are worth another try of the same. */
import { isAssayError } from '../domain/error.ts';

const PASSING: ReadonlySet<string> = new Set(['unavailable', 'aborted', 'failed-precondition']);

/** Tells whether an error is of the moment: trying the same again may help. */
export function isPassing(error: unknown): boolean {
  return isAssayError(error) && PASSING.has(error.code);
}
