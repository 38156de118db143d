/** Puts what a project's VEX notes say beside what the scanner found in the project's images. */
import type { Occurrence } from '../domain/note.ts';
import { assessOccurrence, productsOf } from '../google/vex-assessment.ts';
import { findAssessments } from '../store/note-rows.ts';
import type { Deps } from './deps.ts';

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
