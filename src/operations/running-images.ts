/**
 * The images that run, as far as is known: those of the newest decisions that let something in. No
 * cluster is watched yet, so what was admitted long ago counts as not running.
 */
import type { Digest } from '../domain/digest.ts';
import { findEvaluation, listDecisions } from '../store/decision-log.ts';
import { findLinkedDigests } from '../store/image-rows.ts';
import type { Deps } from './deps.ts';

/** Decisions that are looked at. */
const DECISIONS = 1000;
/** Different evaluations among them that are read. */
const EVALUATIONS = 200;
const IMAGES = 500;

/** Digests of a project's images that were let in most recently, and of their platforms. */
export async function listRunningImages(deps: Deps, project: string): Promise<readonly Digest[]> {
  const list = { project, pageSize: DECISIONS };
  const { decisions } = await listDecisions(deps.store, list);
  const admitted = decisions.filter(({ allowed }) => allowed);
  const evaluations = [...new Set(admitted.map(({ evaluationId }) => evaluationId))];
  const found = new Set<Digest>();
  for (const id of evaluations.slice(0, EVALUATIONS)) {
    const evaluation = await findEvaluation(deps.store, id);
    for (const { digest } of evaluation?.verdict.images ?? []) {
      if (digest === undefined || found.has(digest)) continue;
      found.add(digest);
      const platforms = await findLinkedDigests(deps.store, 'index-manifest', digest);
      for (const platform of platforms) found.add(platform);
      if (found.size >= IMAGES) return [...found];
    }
  }
  return [...found];
}
