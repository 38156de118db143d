/**
 * Puts what a project's VEX says beside what the scanner found in the project's images: its signed
 * documents, and its notes where no document speaks. Only a document suppresses anything; a note is
 * not signed.
 */
import type { Digest } from '../domain/digest.ts';
import { type Occurrence, type Note } from '../domain/note.ts';
import { clearsFinding } from '../domain/vex-document.ts';
import { resourceKey } from '../domain/resource-url.ts';
import { assessOccurrence, productsOf, withAssessment } from '../google/vex-assessment.ts';
import { findAssessments, hasAssessments } from '../store/note-rows.ts';
import { listVexAuthors } from '../store/vex-author-rows.ts';
import { withVex } from './apply-vex.ts';
import type { Deps } from './deps.ts';
import type { DerivedOccurrence } from './derive-occurrence.ts';
import { createRevisionMemory } from './revision-memory.ts';

type Effects = Pick<Deps, 'store' | 'now'>;

/**
 * What was derived of one image with the project's assessments; other kinds are left as they are.
 * Reads notes and documents only where there is a vulnerability.
 */
export async function assessVulnerabilities<T extends DerivedOccurrence>(
  deps: Effects,
  project: string,
  derived: readonly T[],
): Promise<readonly T[]> {
  const found = derived.filter(({ occurrence }) => occurrence.kind === 'VULNERABILITY');
  const [first] = found;
  if (first === undefined) return derived;
  if (!(await saysAnything(deps.store, project))) return derived;
  const { resourceUri } = first.occurrence;
  const notes = await findAssessments(deps.store, project, productsOf(resourceUri));
  const documents = await assessedBy(deps, project, found);
  if (notes.length === 0 && documents.size === 0) return derived;
  return derived.map((one) => ({
    ...one,
    ...(documents.get(one.occurrence) ?? { occurrence: byNotes(one, notes) }),
  }));
}

/** Projects of which is remembered whether they say anything. */
const MOST = 10_000;

const recallVoices = createRevisionMemory<{ readonly any: boolean }>(MOST);

/** Tells whether a project has any VEX: most have none, and are asked about all the time. */
async function saysAnything(store: Deps['store'], project: string): Promise<boolean> {
  const voices = await recallVoices(store, project, async () => {
    const authors = await listVexAuthors(store, project);
    return { any: authors.length > 0 || (await hasAssessments(store, project)) };
  });
  return voices?.any === true;
}

function byNotes({ occurrence, finding }: DerivedOccurrence, notes: readonly Note[]): Occurrence {
  if (occurrence.kind !== 'VULNERABILITY') return occurrence;
  return assessOccurrence(occurrence, notes, finding);
}

/** The occurrences of which a document speaks, by what they were before. */
async function assessedBy(
  deps: Effects,
  project: string,
  derived: readonly DerivedOccurrence[],
): Promise<ReadonlyMap<Occurrence, Pick<DerivedOccurrence, 'occurrence' | 'suppressed'>>> {
  const found = derived.flatMap(({ occurrence, finding }) =>
    finding === undefined ? [] : [{ ...finding, occurrence }],
  );
  const [repository = '', digest = ''] = resourceKey(found[0]?.occurrence.resourceUri ?? '').split(
    '@',
  );
  const place = { project, repository, digest: digest as Digest };
  const assessed = await withVex(deps, place, found);
  return new Map(
    assessed.flatMap(({ occurrence, vex }) => {
      if (vex === undefined) return [];
      const suppressed = clearsFinding(vex) && { suppressed: true as const };
      return [
        [occurrence, { occurrence: withAssessment(occurrence, vex), ...suppressed }] as const,
      ];
    }),
  );
}
