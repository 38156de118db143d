/**
 * Service Usage: the served APIs are always on, so that enabling one only checks who asks and that
 * the project exists.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** Who asks about the services of a project. */
export interface ServicesInput {
  readonly caller: Caller;
  readonly project: string;
}

/** Lets pass whoever may see which APIs are on. */
export async function seeServices(
  deps: Deps,
  { caller, project }: ServicesInput,
  permission: 'serviceusage.services.get' | 'serviceusage.services.list',
): Promise<void> {
  authorise(caller, permission, project);
  await requireProject(deps, project);
}

/** Enables APIs that are on already. */
export async function enableServices(
  deps: Deps,
  { caller, project }: ServicesInput,
): Promise<void> {
  authorise(caller, 'serviceusage.services.enable', project);
  await requireProject(deps, project);
}
