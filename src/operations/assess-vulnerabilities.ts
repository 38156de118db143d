/** Puts what a project's VEX notes say beside what the scanner found in the project's images. */
import type { Occurrence } from '../domain/note.ts';
import { assessOccurrence, productsOf } from '../google/vex-assessment.ts';
import { findAssessments } from '../store/note-rows.ts';
import type { Deps } from './deps.ts';
import type { DerivedStep } from './walk-sighting.ts';

/**
 * Derived occurrences of one image with the project's assessments; those of other kinds are left as
 * they are. Reads notes only where there is a vulnerability.
 */
export async function assessVulnerabilities(
  { store }: Pick<Deps, 'store'>,
  project: string,
  occurrences: readonly Occurrence[],
): Promise<readonly Occurrence[]> {
  const found = occurrences.find(({ kind }) => kind === 'VULNERABILITY');
  if (found === undefined) return occurrences;
  const notes = await findAssessments(store, project, productsOf(found.resourceUri));
  if (notes.length === 0) return occurrences;
  return occurrences.map((one) =>
    one.kind === 'VULNERABILITY' ? assessOccurrence(one, notes) : one,
  );
}

/** Steps of a walk over one image, assessed as {@link assessVulnerabilities} does it. */
export async function assessSteps(
  deps: Pick<Deps, 'store'>,
  project: string,
  steps: readonly DerivedStep[],
): Promise<readonly DerivedStep[]> {
  const found = steps.map(({ occurrence }) => occurrence);
  const assessed = await assessVulnerabilities(deps, project, found);
  return steps.map((step, at) => ({ ...step, occurrence: assessed[at] ?? step.occurrence }));
}
