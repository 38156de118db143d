/** Listing the clusters of a project. */
import { type Caller, authorise } from '../domain/caller.ts';
import { type Cluster, listClusters as listRows } from '../store/cluster-rows.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** The clusters that were added to a project. */
export async function listClusters(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string },
): Promise<readonly Cluster[]> {
  authorise(input.caller, 'assay.clusters.list', input.project);
  await requireProject(deps, input.project);
  return listRows(deps.store, input.project);
}
