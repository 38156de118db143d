/** Counting the vulnerabilities that clients wrote, in the database, without reading them. */
import { sql } from 'kysely';
import type { ResolvedFilter } from '../domain/resolved-filter.ts';
import { OCCURRENCE_COLUMNS } from './metadata-fields.ts';
import { wholeList } from './metadata-page.ts';
import { runnable } from './raw-statement.ts';
import type { Reader } from './store-contract.ts';

/** Some vulnerabilities of one resource and severity rank. */
export interface SeverityCount {
  /** As one of them has it written. */
  readonly resourceUri: string;
  readonly severity: number;
  readonly fixable: number;
  readonly total: number;
}

/**
 * Counts the occurrences of a filter that lets only vulnerabilities pass; undefined where more than
 * `most` rows would have to be read, or fewer for a filter of many terms.
 */
export async function countOccurrences(
  db: Reader,
  list: { readonly project: string; readonly filter: ResolvedFilter; readonly most: number },
): Promise<SeverityCount[] | undefined> {
  const { project, filter, most } = list;
  const owner = [['project', project]] as const;
  const request = { table: 'occurrence', owner, filter, columns: OCCURRENCE_COLUMNS } as const;
  const whole = wholeList(db, request, most);
  if ((await db.first(whole.beyond)) !== undefined) return undefined;
  return db.all(
    runnable(sql<SeverityCount>`select resource_written as "resourceUri", severity,
      sum(fixable) as fixable, count(*) as total from (${whole.rows}) as counted
      group by resource_uri, resource_written, severity order by resource_uri, severity`),
  );
}
