/** Removing a destination, with all that was on its way there. */
import { type Caller, authorise } from '../domain/caller.ts';
import { deleteAnnouncements } from '../store/announcement-rows.ts';
import { deleteDestination, requireDestination } from '../store/destination-rows.ts';
import { ensureJob } from '../store/job-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { wantsOccurrences } from './emit.ts';

/** Removes the destination of a name; throws `not-found`. */
export async function removeDestination(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly name: string },
): Promise<Record<string, never>> {
  const { caller, project, name } = input;
  authorise(caller, 'assay.notifications.manage', project);
  await deps.store.write(async (tx) => {
    const { id } = await requireDestination(tx, project, name);
    await deleteDestination(tx, id);
    // Its deliveries may be many: the job deletes them, some at a time.
    await ensureJob(tx, { kind: 'deliver-events', key: id }, deps.now());
    if (!(await wantsOccurrences(tx, project))) await deleteAnnouncements(tx, project);
    const resource = `projects/${project}/destinations/${name}`;
    await audit(deps, tx, { caller, project, action: 'remove-destination', resource });
  });
  return {};
}
