/** What policies in Rego are told of an image, shown to who writes them. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { FactsTable } from '../domain/image-facts.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { findLastDigest } from './find-tag-digest.ts';
import { gatherFacts } from './gather-facts.ts';

/** The facts of one image by its text; of a tag those of what it was when it was last scanned. */
export async function showImageFacts(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly image: string },
): Promise<FactsTable> {
  const { caller, project, image } = input;
  authorise(caller, 'assay.images.list', project);
  await requireProject(deps, project);
  const findTag = (one: Parameters<typeof findLastDigest>[1]) => findLastDigest(deps, one);
  return (await gatherFacts(deps, { project, images: [image], findTag })).table;
}
