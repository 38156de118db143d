/** What a reader of Rego refused. */
import { type RegoError, RegoErrors } from '../../src/rego/model/rego-error.ts';

/** The errors of a call, none where it succeeds; anything else that is thrown stays thrown. */
export function regoErrorsOf(run: () => unknown): readonly RegoError[] {
  try {
    run();
    return [];
  } catch (error) {
    if (error instanceof RegoErrors) return error.errors;
    throw error;
  }
}
