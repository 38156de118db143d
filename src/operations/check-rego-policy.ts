/**
 * Whether a policy in Rego can be set: compiled where it will be evaluated, for a long one would
 * hold up all reviews. What does not compile in time would never be evaluated in time either.
 */
import { AssayError, isAssayError } from '../domain/error.ts';
import type { RegoPolicy } from '../domain/rego-policy.ts';
import { checkDecides, refuseProblems } from '../policy/read-rego-policy.ts';
import { sourcesOf } from '../policy/rego-questions.ts';
import { DEADLINE_MS } from './ask-rego.ts';
import type { Deps } from './deps.ts';

/** Refuses with `invalid-policy` what does not compile, decides nothing or sees nothing. */
export async function checkRegoPolicy(
  { runRego }: Pick<Deps, 'runRego'>,
  policy: RegoPolicy,
  project: string,
): Promise<void> {
  const job = { sources: sourcesOf(policy), queries: [], nowNanos: 0n, seed: new Uint8Array(32) };
  try {
    refuseProblems((await runRego(job, DEADLINE_MS, project)).problems);
  } catch (error) {
    if (!isAssayError(error, 'unavailable')) throw error;
    const message = `the policy does not compile within ${DEADLINE_MS} ms: ${error.message}`;
    throw new AssayError('invalid-policy', message, { cause: error });
  }
  checkDecides(policy);
}
