/** The ecosystems of all packages that any image has: a step of an index for each, no more. */
import type { Reader } from './store-contract.ts';
import { statement } from './sql-builder.ts';

const next = statement((sql, p: { after: string }) =>
  sql
    .selectFrom('package')
    .select('ecosystem')
    .where('ecosystem', '>', p.after)
    .orderBy('ecosystem')
    .limit(1),
);

/** At most this many are told: an image may make them up. */
const MOST = 1000;

/** Every ecosystem of a known package, e.g. `Debian:12`, in order. */
export async function listPackageEcosystems(db: Reader): Promise<readonly string[]> {
  const found: string[] = [];
  for (let after = ''; found.length < MOST;) {
    const row = await db.first(next({ after }));
    if (row === undefined) break;
    after = row.ecosystem;
    found.push(after);
  }
  return found;
}
