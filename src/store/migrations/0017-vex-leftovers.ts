/** Statements of VEX documents whose document never came or has gone are noted until deleted. */
import type { Migration } from '../migration.ts';

/** Schema 17. */
export const vexLeftovers: Migration = {
  version: 17,
  name: 'vex-leftovers',
  statements: ({ keyed }) => [
    `create table vex_leftover (document text not null primary key, statements bigint not null,
      since bigint not null) ${keyed}`,
    // What processes that died have left until now.
    `insert into vex_leftover (document, statements, since)
      select document, max(position) + 1, 0 from vex_statement where document not in
        (select id from vex_document where removed_time is null) group by document`,
  ],
};
