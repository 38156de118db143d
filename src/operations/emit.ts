/**
 * Telling of a change: one row of the outbox in the transaction of the change, and only where a
 * destination wants it, so that nobody fills the disk with events that go nowhere.
 */
import type { Digest } from '../domain/digest.ts';
import type { NotificationEvent, EventType } from '../domain/notification-event.ts';
import { listSubscribedProjects, listWantedTypes } from '../store/destination-rows.ts';
import { type OutboxTopic, appendOutbox } from '../store/outbox-rows.ts';
import type { Reader, Tx } from '../store/store-contract.ts';
import { chunksOf } from '../store/stored-json.ts';
import type { Deps } from './deps.ts';

/** An event; its id and time are ours. */
export type NewEvent = Omit<NotificationEvent, 'id' | 'time' | 'type'> & {
  readonly type: EventType;
};

/** Events that one row holds at most. */
const TOGETHER = 50;
/** Begins the types of events that scans and advisories give. */
const OCCURRENCE = 'assay.occurrence.';

/** Tells of changes of one project, or of none. */
export async function emit(deps: Deps, tx: Tx, given: readonly NewEvent[]): Promise<void> {
  const [first] = given;
  if (first === undefined) return;
  const wanted = await wantedEvents(tx, given);
  const time = deps.now();
  const events = wanted.map((event) => ({ id: deps.newId(), time, ...event }));
  const { project } = first;
  const rows = chunksOf(events, TOGETHER).map((part) => ({ project, body: { events: part } }));
  for (const row of rows) await append(deps, tx, { topic: 'events', ...row });
}

/** Tells that images of a project were scanned: what follows from it is told later. */
export async function emitScanned(
  deps: Deps,
  tx: Tx,
  { project, digests }: { readonly project: string; readonly digests: readonly Digest[] },
): Promise<void> {
  if (!(await wantsOccurrences(tx, project))) return;
  await append(deps, tx, { topic: 'images-scanned', project, body: { digests } });
}

/** Tells that a project's assessments of vulnerabilities changed: what follows is told later. */
export async function emitAssessed(deps: Deps, tx: Tx, project: string): Promise<void> {
  if (!(await wantsOccurrences(tx, project))) return;
  await append(deps, tx, { topic: 'assessments-changed', project, body: {} });
}

/** Tells that advisories changed: what follows from it for each project is told later. */
export async function emitMatchesChanged(deps: Deps, tx: Tx): Promise<void> {
  const list = { type: OCCURRENCE, after: '', limit: 1 };
  if ((await listSubscribedProjects(tx, list)).length === 0) return;
  await append(deps, tx, { topic: 'matches-changed', body: { after: '' } });
}

/** Tells that the matches of some packages changed: what follows for images is told later. */
export async function emitPackagesChanged(
  deps: Deps,
  tx: Tx,
  packages: readonly number[],
): Promise<void> {
  const list = { type: OCCURRENCE, after: '', limit: 1 };
  if ((await listSubscribedProjects(tx, list)).length === 0) return;
  await append(deps, tx, { topic: 'packages-changed', body: { after: '', packages } });
}

/** Tells whether a project has a destination for occurrences. */
export async function wantsOccurrences(db: Reader, project: string): Promise<boolean> {
  return [...(await listWantedTypes(db, project))].some((type) => type.startsWith(OCCURRENCE));
}

async function wantedEvents(tx: Tx, given: readonly NewEvent[]): Promise<readonly NewEvent[]> {
  const project = given[0]?.project;
  if (project !== undefined) {
    const types = await listWantedTypes(tx, project);
    return given.filter(({ type }) => types.has(type));
  }
  const wanted: NewEvent[] = [];
  for (const event of given) {
    const list = { type: `${event.type},`, after: '', limit: 1 };
    if ((await listSubscribedProjects(tx, list)).length > 0) wanted.push(event);
  }
  return wanted;
}

async function append(
  deps: Deps,
  tx: Tx,
  row: {
    readonly topic: OutboxTopic;
    readonly project?: string | undefined;
    readonly body: object;
  },
): Promise<void> {
  if (await appendOutbox(tx, [{ id: deps.newId(), time: deps.now(), ...row }])) return;
  const { project, topic } = row;
  deps.log.warn({ project, topic }, 'too many events wait to be routed; this one is dropped');
}
