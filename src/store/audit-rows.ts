/** The audit trail: who changed what, written in the transaction of the change. */
import type { JsonObject } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** One change. */
export interface AuditEntry {
  /** UUIDv7. */
  readonly id: string;
  readonly time: Micros;
  readonly project?: string;
  /** The caller's name, e.g. `token:admin`. */
  readonly caller: string;
  /** The permission that was used, e.g. `binaryauthorization.policy.update`. */
  readonly action: string;
  /** Resource name. */
  readonly resource: string;
  /** What else matters; never a secret. */
  readonly detail: JsonObject;
}

const insertAudit = statement((sql, p: Omit<AuditEntry, 'detail'> & { body: string }) =>
  sql.insertInto('audit').values({
    id: p.id,
    time: p.time,
    project: p.project as string,
    caller: p.caller,
    action: p.action,
    resource: p.resource,
    body: p.body,
  }),
);

/** Appends an entry. */
export async function appendAudit(tx: Tx, { detail, ...entry }: AuditEntry): Promise<void> {
  await tx.run(insertAudit({ ...entry, body: formatStored({ detail }) }));
}

/** The newest entries of a project, newest first. */
export async function listAudit(db: Reader, project: string, limit: number): Promise<AuditEntry[]> {
  const rows = db.sql.selectFrom('audit').selectAll().where('project', '=', project);
  const newest = rows.orderBy('time', 'desc').orderBy('id', 'desc').limit(limit);
  return (await db.all(newest)).map(({ body, project: owner, ...row }) => ({
    ...row,
    ...(owner === null ? {} : { project: owner }),
    ...parseStored<{ detail: JsonObject }>(body),
  }));
}
