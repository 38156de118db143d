/** Making a cluster known: from then on its webhook path is answered by policy. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { parseClusterKey } from '../domain/resource-name.ts';
import { addCluster as insertCluster } from '../store/cluster-rows.ts';
import { audit } from './audit.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** Adds a cluster `LOCATION.NAME` to a project; throws `already-exists`. */
export async function addCluster(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly cluster: string },
): Promise<{ readonly project: string; readonly cluster: string }> {
  const { caller, project, cluster } = input;
  authorise(caller, 'assay.clusters.create', project);
  const key = parseClusterKey(cluster);
  await requireProject(deps, project);
  await deps.store.write(async (tx) => {
    const added = await insertCluster(tx, {
      project,
      location: key.location,
      name: key.cluster,
      createTime: deps.now(),
    });
    if (!added)
      throw new AssayError(
        'already-exists',
        `project ${project} has the cluster ${cluster} already`,
      );
    await audit(deps, tx, {
      caller,
      project,
      action: 'add-cluster',
      resource: `clusters/${cluster}`,
    });
  });
  return { project, cluster };
}
