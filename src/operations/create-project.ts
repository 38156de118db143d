/** Making a project: it starts with policy revision 1, which allows everything, as Google's does. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { parseProjectId } from '../domain/resource-name.ts';
import { insertAudit } from '../store/audit-rows.ts';
import { putPolicy } from '../store/policy-rows.ts';
import { insertProject, projectExists } from '../store/project-rows.ts';
import type { Deps } from './deps.ts';
import { defaultPolicy } from './default-policy.ts';

/** Creates a project; throws `already-exists`. Needs an admin of all projects or of this one. */
export async function createProject(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string },
): Promise<{ readonly project: string }> {
  const project = parseProjectId(input.project);
  authorise(input.caller, 'admin', { permission: 'resourcemanager.projects.create', project });
  if (await projectExists(deps.store, project)) {
    throw new AssayError('already-exists', `project ${project} exists`);
  }
  await makeProject(deps, input.caller, project);
  return { project };
}

/** Makes a project with its first policy unless it is there: also the first write of an admin. */
export async function ensureProject(deps: Deps, caller: Caller, project: string): Promise<void> {
  if (await projectExists(deps.store, project)) return;
  authorise(caller, 'admin', { permission: 'resourcemanager.projects.create', project });
  await makeProject(deps, caller, parseProjectId(project));
}

async function makeProject(deps: Deps, caller: Caller, project: string): Promise<void> {
  const time = deps.now();
  await deps.store.write(async (tx) => {
    await insertProject(tx, { id: project, createTime: time });
    await putPolicy(tx, { project, ...defaultPolicy(project), time });
    await insertAudit(tx, {
      id: deps.newId(),
      time,
      project,
      caller: caller.name,
      action: 'create-project',
      resource: `projects/${project}`,
    });
    tx.changed();
  });
  deps.log.warn({ project }, `project ${project} is new: its policy allows every image until set`);
}
