/**
 * Keys and counts of what scans find: packages by name and version, so that one finding is looked
 * up by its name, and whether a vulnerability has a fix, so that summaries count without reading
 * bodies.
 */
import type { Migration, SqlDialect } from '../migration.ts';

/** Schema 5. */
export const derivedKeys: Migration = {
  version: 5,
  name: 'derived-keys',
  statements: (dialect) => [
    `alter table package add column name text not null default ''`,
    `alter table package add column version text not null default ''`,
    'alter table package_match add column fixable bigint not null default 0',
    'alter table occurrence add column fixable bigint not null default 0',
    `update package set name = ${dialect.member('body', 'name')},
      version = ${dialect.member('body', 'version')}`,
    `update package_match set fixable = 1
      where ${dialect.member('body', 'fixedVersion')} is not null`,
    `update occurrence set fixable = 1 where kind = 'VULNERABILITY' and ${ANY_FIX[dialect.name]}`,
    // An index entry of PostgreSQL may not be longer than 2.7 KB.
    `create index package_name on package (substr(name, 1, 200), substr(version, 1, 200))`,
  ],
};

/** A package issue whose fixed version is one; a text that is no JSON for PostgreSQL counts not. */
const ANY_FIX: Readonly<Record<SqlDialect['name'], string>> = {
  sqlite: `exists (select 1 from json_each(body, '$.detail.packageIssue')
    where json_type(value, '$.fixedVersion') is not null
    and coalesce(json_extract(value, '$.fixedVersion.kind'), '') <> 'MAXIMUM')`,
  postgres: `case when body ~ '\\\\u(0000|d[89a-f])' then false else exists (
    select 1 from jsonb_path_query(body::jsonb, '$.detail.packageIssue[*].fixedVersion') as fixed
    where coalesce(fixed ->> 'kind', '') <> 'MAXIMUM') end`,
};
