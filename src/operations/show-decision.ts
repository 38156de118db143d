/** One decision with everything that it was made of. */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import type { Decision, Evaluation } from '../domain/decision.ts';
import { AssayError } from '../domain/error.ts';
import { findDecision, findEvaluation } from '../store/decision-log.ts';
import type { Deps } from './deps.ts';

/** A decision and its evaluation. */
export interface ExplainedDecision {
  readonly decision: Decision;
  readonly evaluation: Evaluation;
}

/** The decision of an id; throws `not-found`, also to callers who may not see its project. */
export async function showDecision(
  deps: Deps,
  input: { readonly caller: Caller; readonly id: string },
): Promise<ExplainedDecision> {
  const { caller, id } = input;
  const sees = authoriseSomewhere(caller, 'assay.decisions.get');
  const decision = await findDecision(deps.store, id);
  if (decision === undefined || !sees(decision.project)) {
    throw new AssayError(
      'not-found',
      `decision ${id} does not exist or is past its retention; list: assay decisions list`,
    );
  }
  const evaluation = await findEvaluation(deps.store, decision.evaluationId);
  if (evaluation !== undefined) return { decision, evaluation };
  throw new AssayError(
    'internal',
    `decision ${id} has lost its evaluation ${decision.evaluationId}`,
  );
}
