/** Listing decisions of a project, newest first, each with what was evaluated. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Outcome } from '../domain/verdict.ts';
import { findEvaluation, listDecisions as listRows } from '../store/decision-log.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import type { ExplainedDecision } from './show-decision.ts';

/** Which decisions. */
export interface ListDecisionsInput {
  readonly caller: Caller;
  readonly project: string;
  readonly pageSize: number;
  readonly outcome?: Outcome;
  readonly cluster?: string;
}

/** The newest decisions that fit; a list may be short where few of many fit. */
export async function listDecisions(
  deps: Deps,
  input: ListDecisionsInput,
): Promise<readonly ExplainedDecision[]> {
  const { caller, ...wanted } = input;
  authorise(caller, 'assay.decisions.list', input.project);
  await requireProject(deps, input.project);
  const { decisions } = await listRows(deps.store, wanted);
  const explained: ExplainedDecision[] = [];
  for (const decision of decisions) {
    const evaluation = await findEvaluation(deps.store, decision.evaluationId);
    if (evaluation !== undefined) explained.push({ decision, evaluation });
  }
  return explained;
}
