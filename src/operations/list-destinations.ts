/** A project's destinations and how they are faring; never a secret, nor a whole address. */
import { type Caller, authorise } from '../domain/caller.ts';
import { formatAddress } from '../domain/destination.ts';
import type { EventSelection } from '../domain/notification-event.ts';
import type { Micros } from '../domain/time.ts';
import { countDeadLetters, countDeliveries } from '../store/delivery-rows.ts';
import { type KnownDestination, listDestinations as listRows } from '../store/destination-rows.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';

/** A destination as it is shown. */
export interface ShownDestination extends EventSelection {
  readonly name: string;
  readonly kind: string;
  readonly address: string;
  readonly topicProject?: string;
  readonly createTime: Micros;
  /** `failing`: it is tried again; `paused`: only from time to time. */
  readonly state: 'ok' | 'failing' | 'paused';
  /** Events on their way. */
  readonly waiting: number;
  readonly deadLetters: number;
  /** Events that found its backlog full. */
  readonly dropped: number;
  readonly deliveredTime?: Micros;
  readonly problem?: string;
}

/** Lists them by name. */
export async function listDestinations(
  deps: Deps,
  { caller, project }: { readonly caller: Caller; readonly project: string },
): Promise<readonly ShownDestination[]> {
  authorise(caller, 'assay.notifications.list', project);
  await requireProject(deps, project);
  const shown: ShownDestination[] = [];
  for (const one of await listRows(deps.store, project)) {
    const waiting = await countDeliveries(deps.store, one.id);
    const deadLetters = await countDeadLetters(deps.store, one.id);
    shown.push({ ...show(one, deps.now()), waiting, deadLetters });
  }
  return shown;
}

function show(
  { id: _id, project: _project, url, secret: _secret, ...rest }: KnownDestination,
  now: Micros,
): Omit<ShownDestination, 'waiting' | 'deadLetters'> {
  const { selection, failures, pausedUntil, ...shown } = rest;
  const troubled = pausedUntil > now ? 'paused' : 'failing';
  const state = failures === 0 ? 'ok' : troubled;
  return { ...shown, ...selection, address: formatAddress(url), state };
}
