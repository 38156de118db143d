/**
 * The advisory locks by which replicas take turns. They are held for a transaction and given back
 * by the server itself, also where a replica dies.
 */

/** The class of all locks of ours in a database: `ASSY`. */
const CLASS = 0x41_53_53_59;

/** Who holds it migrates the schema, writes, or appends to the chain of decisions. */
export const POSTGRES_LOCKS = { migrate: 1, write: 2, decisions: 3 } as const;

/** Begins a transaction and waits for a lock, in one message. */
export function beginWithLock(lock: keyof typeof POSTGRES_LOCKS): string {
  return `begin; select pg_advisory_xact_lock(${CLASS}, ${POSTGRES_LOCKS[lock]})`;
}
