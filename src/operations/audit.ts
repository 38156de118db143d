/** One audit row per change, in the transaction of the change. */
import type { Caller } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import { appendAudit } from '../store/audit-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import type { Deps } from './deps.ts';

/** A change that somebody made. */
export interface AuditedChange {
  readonly caller: Caller;
  readonly project?: string;
  /** The operation's name, e.g. `create-note`. */
  readonly action: string;
  /** Resource name, e.g. `projects/P/notes/N`. */
  readonly resource: string;
  /** What else matters; never a secret. */
  readonly detail?: JsonObject;
}

/** Writes who changed what. */
export function audit(deps: Deps, tx: Tx, change: AuditedChange): Promise<void> {
  const { caller, detail = {}, ...rest } = change;
  const { name, member = name } = caller;
  return appendAudit(tx, {
    id: deps.newId(),
    time: deps.now(),
    caller: name,
    // Two tokens may have one name: which of them it was is told by who its bearer is.
    detail: { ...(member === name ? {} : { member }), ...detail },
    ...rest,
  });
}
