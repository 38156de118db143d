/**
 * Making a project: it starts with policy revision 1, which allows everything, as Google's does.
 */
import { type Caller, authorise, isAllowed } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { parseProjectId } from '../domain/resource-name.ts';
import { SCANNER_PROJECT } from '../google/scanned-name.ts';
import { defaultPolicy, policyBodyToJson } from '../google/policy-message.ts';
import { putPolicy } from '../store/policy-rows.ts';
import { createProject as insertProject, findProject } from '../store/project-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { newPolicy, policyOf } from './new-policy.ts';

/** Creates a project; throws `already-exists`. */
export async function createProject(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string },
): Promise<{ readonly project: string }> {
  const project = parseProjectId(input.project);
  authorise(input.caller, 'assay.projects.create', project);
  if ((await findProject(deps.store, project)) !== undefined) {
    throw exists(project);
  }
  if (!(await makeProject(deps, input.caller, project))) throw exists(project);
  return { project };
}

/** Makes a project unless it is there: an admin's first write creates it, others hear not-found. */
export async function ensureProject(deps: Deps, caller: Caller, project: string): Promise<void> {
  if ((await findProject(deps.store, project)) !== undefined) return;
  const mayCreate = isAllowed(caller, 'assay.projects.create', project);
  if (!mayCreate) await requireProject(deps, project);
  authorise(caller, 'assay.projects.create', project);
  await makeProject(deps, caller, parseProjectId(project));
}

/** Throws `not-found` for a project that does not exist, `invalid-name` for one that never can. */
export async function requireProject(deps: Deps, project: string): Promise<void> {
  if (project === SCANNER_PROJECT || (await findProject(deps.store, project)) !== undefined) return;
  parseProjectId(project);
  const message = `project ${project} does not exist; make it: assay project create ${project}`;
  throw new AssayError('not-found', message);
}

/** Answers false where another caller made it first. */
async function makeProject(deps: Deps, caller: Caller, project: string): Promise<boolean> {
  if (project === SCANNER_PROJECT) {
    throw new AssayError(
      'permission-denied',
      `project ${project} is the scanner's own and read-only`,
    );
  }
  const time = deps.now();
  const parsed = defaultPolicy(project);
  const source = JSON.stringify(policyBodyToJson(parsed));
  const made = await deps.store.write(async (tx) => {
    if (!(await insertProject(tx, { id: project, createTime: time }))) return false;
    await putPolicy(tx, newPolicy({ id: policyOf(project), parsed, source, time }));
    await audit(deps, tx, {
      caller,
      project,
      action: 'create-project',
      resource: `projects/${project}`,
    });
    return true;
  });
  const message = `project ${project} is new: its policy allows every image until set`;
  if (made) deps.log.warn({ project }, message);
  return made;
}

function exists(project: string): AssayError {
  return new AssayError('already-exists', `project ${project} exists`);
}
