/** Which product a VULNERABILITY_ASSESSMENT note is about, so that an image's are found by it. */
import type { Migration, SqlDialect } from '../migration.ts';

/** Schema 4. */
export const vexProducts: Migration = {
  version: 4,
  name: 'vex-products',
  statements: ({ name }) => [
    'alter table note add column product_uri text',
    `update note set product_uri = ${PRODUCT[name]} where kind = 'VULNERABILITY_ASSESSMENT'`,
    `update note set product_uri = substr(product_uri, 9)
      where lower(substr(product_uri, 1, 8)) = 'https://'`,
    // An index entry of PostgreSQL may not be longer than 2.7 KB; no image's name is so long.
    'update note set product_uri = null where length(product_uri) > 600',
    'create index note_product on note (project, product_uri, id)',
  ],
};

/** A text that is no JSON for PostgreSQL names no product. */
const PRODUCT: Readonly<Record<SqlDialect['name'], string>> = {
  sqlite: `json_extract(body, '$.detail.product.genericUri')`,
  postgres: `case when body ~ '\\\\u(0000|d[89a-f])' then null
    else body::jsonb #>> '{detail,product,genericUri}' end`,
};
