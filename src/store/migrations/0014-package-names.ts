/**
 * Packages by name and version: SQLite looks up plain columns, which costs less than what is
 * computed of them. PostgreSQL keeps the shortened ones, for its index entries have a bound.
 */
import type { Migration } from '../migration.ts';

/** Schema 14. */
export const packageNames: Migration = {
  version: 14,
  name: 'package-names',
  statements: ({ name }) =>
    name === 'postgres'
      ? []
      : ['drop index package_name', 'create index package_name on package (name, version)'],
};
