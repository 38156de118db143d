/** Listing projects. */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import type { Micros } from '../domain/time.ts';
import { findPolicy } from '../store/policy-rows.ts';
import { listProjects as listRows } from '../store/project-rows.ts';
import type { Deps } from './deps.ts';
import { policyOf } from './new-policy.ts';

/** A project as it is listed. */
export interface ListedProject {
  readonly id: string;
  readonly createTime: Micros;
  readonly policyRevision: number;
}

/** The projects that the caller may see. */
export async function listProjects(
  deps: Deps,
  input: { readonly caller: Caller },
): Promise<readonly ListedProject[]> {
  const sees = authoriseSomewhere(input.caller, 'assay.projects.list');
  const all = await listRows(deps.store);
  const seen = all.filter((project) => sees(project.id));
  return Promise.all(
    seen.map(async (project) => ({
      ...project,
      policyRevision: (await findPolicy(deps.store, policyOf(project.id)))?.revision ?? 0,
    })),
  );
}
