/** Listing a project's attestors. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Attestor } from '../domain/attestor.ts';
import { listAttestors as listRows } from '../store/attestor-rows.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** A page of attestors by id. */
export async function listAttestors(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly project: string;
    readonly pageSize: number;
    readonly pageToken?: string;
  },
): Promise<{ readonly attestors: readonly Attestor[]; readonly nextPageToken?: string }> {
  const { caller, project, pageSize, pageToken } = input;
  authorise(caller, 'binaryauthorization.attestors.list', project);
  await requireProject(deps, project);
  return listRows(deps.store, { project, pageSize, pageToken });
}
