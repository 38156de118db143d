/**
 * Whether a source has all that is published of its ecosystem. Of what is there already only what
 * was fetched is known to be whole; what somebody imported is a part until it is imported anew.
 */
import type { Migration } from '../migration.ts';

/** What a mirrored family is fetched by; OSV's memo says which generation it left. */
const FETCHED = `exists (select 1 from advisory_feed as f where f.success_time is not null and (
    (f.name = 'osv:' || advisory_source.family and
      (advisory_source.ecosystem = advisory_source.family or
        advisory_source.ecosystem like advisory_source.family || ':%') and
      (f.body like '%"generation":' || advisory_source.generation || ',%' or
        f.body like '%"generation":' || advisory_source.generation || '}%'))
    or (f.name = 'debian' and advisory_source.family = 'Debian security tracker')
    or (f.name = 'oracle' and advisory_source.family = 'Oracle OVAL')
    or (f.name = 'redhat' and advisory_source.family = 'Red Hat CSAF VEX')
    or 'amazon-updateinfo ' || f.name = advisory_source.family))`;

/** Schema 16. */
export const wholeSources: Migration = {
  version: 16,
  name: 'whole-sources',
  statements: () => [
    'alter table advisory_source add column complete bigint not null default 0',
    `update advisory_source set complete = 1 where ${FETCHED}`,
  ],
};
