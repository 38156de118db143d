/**
 * Which package versions are to be matched anew: those about whose name a published import changed
 * something after they were matched. Nothing else of an import makes a match stale.
 */
import { sql, type RawBuilder } from 'kysely';

/** 1 where the row of `package` in a query is stale, else 0; `undecided` counts as stale. */
export function isStale(): RawBuilder<number> {
  return sql<number>`case when package.undecided = 1 or ${changedSince(
    sql`package.matched_generation`,
  )} then 1 else 0 end`;
}

/** Advisories of Red Hat name binary packages, too. */
const furtherName = sql`case when package.ecosystem like 'Red Hat:%' then package.name
  else package.lookup_name end`;

/** That something changed about the name of the row of `package` after a revision. */
export function changedSince(revision: RawBuilder<unknown>): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from advisory_change
    join advisory_import on advisory_import.generation = advisory_change.generation
    where advisory_change.ecosystem = package.ecosystem
    and advisory_change.name in (package.lookup_name, ${furtherName})
    and advisory_import.revision > ${revision})`;
}
