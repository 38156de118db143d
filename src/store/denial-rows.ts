/**
 * The denials of a batch of decisions as rows of the outbox, in the transaction of the batch. Who
 * asks for admission is a stranger to us: equal denials of a batch are one event with a count, a
 * batch tells of a bounded number, and none is kept where many wait or nobody wants them.
 */
import type { JsonObject } from '../domain/json.ts';
import type { NotificationEvent } from '../domain/notification-event.ts';
import type { Micros } from '../domain/time.ts';
import type { SqlValue } from './sql-builder.ts';
import type { NewDecision } from './store-contract.ts';
import { formatStored } from './stored-json.ts';

/** A row to be written where it is wanted. */
export interface DenialRow {
  readonly id: string;
  readonly time: Micros;
  readonly project: string;
  readonly body: string;
}

/** Different denials that one batch tells of. */
const MAX_EVENTS = 20;
/** Rows that may wait to be routed for a denial to be added. */
const MAX_WAITING = 500;

/** One row for each project with denials; an event carries the id of its first decision. */
export function denialRows(decisions: readonly NewDecision[]): DenialRow[] {
  const denied = decisions.filter(isTold);
  const equal = Map.groupBy(denied, (one) => JSON.stringify([one.project, one.evaluationId]));
  const events = [...equal.values()].slice(0, MAX_EVENTS).flatMap(eventOf);
  return [...Map.groupBy(events, ({ project }) => project)].flatMap(([project, own]) => {
    const [first] = own;
    if (first === undefined) return [];
    return [{ id: first.id, time: first.time, project, body: formatStored({ events: own }) }];
  });
}

/** A project that cannot exist has no destination, and its name may be nothing for a column. */
function isTold({ outcome, denial, project }: NewDecision): boolean {
  return outcome !== 'allow' && denial !== undefined && /^[\x21-\x7e]{1,128}$/.test(project);
}

function eventOf(
  equal: readonly NewDecision[],
): (NotificationEvent & { readonly project: string })[] {
  const [first] = equal;
  const data = first?.denial?.();
  if (first === undefined || data === undefined) return [];
  const { id, time, project } = first;
  const count = equal.reduce((sum, one) => sum + one.count, 0);
  const subject = subjectOf(project, data) ?? `projects/${project}/decisions/${id}`;
  const type = 'assay.admission.denied';
  return [{ id, time, type, project, subject, data: { ...data, decision: id, count } }];
}

/** Denials of one image arrive in order; those of different images need not wait for each other. */
function subjectOf(project: string, { images }: JsonObject): string | undefined {
  const first = Array.isArray(images) ? (images[0] as JsonObject | undefined) : undefined;
  const image = first?.['reference'] ?? first?.['image'];
  return typeof image === 'string' ? `projects/${project}/images/${image}` : undefined;
}

/**
 * Keeps a row. Raw SQL, for decisions are committed beneath the transactions; `place` prints the
 * parameter of an index from 1 on.
 */
export function denialStatement(place: (index: number) => string): string {
  const [id, time, project, body, again] = [1, 2, 3, 4, 5].map(place);
  return `insert into outbox (id, time, project, topic, body)
    select cast(${id} as text), cast(${time} as bigint), cast(${project} as text), 'events',
      cast(${body} as text)
    where exists (select 1 from destination where destination.project = ${again}
        and types like '%,assay.admission.denied,%')
      and coalesce((select max(sequence) from outbox), 0)
        - coalesce((select min(sequence) from outbox), 0) < ${MAX_WAITING}`;
}

/** The parameters of {@link denialStatement} in order. */
export function denialParameters({ id, time, project, body }: DenialRow): SqlValue[] {
  return [id, time, project, body, project];
}
