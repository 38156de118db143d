/**
 * Single records of a family come and go: each says which import brought it and which took it away,
 * an import that is published has a revision, and what changed is kept by name, so that the package
 * versions that are to be matched anew are found by it.
 */
import type { Migration, SqlDialect } from '../migration.ts';

/** Schema 7. */
export const advisoryChanges: Migration = {
  version: 7,
  name: 'advisory-changes',
  statements: (dialect) => [
    ...columns(),
    ...onlyVisible(),
    ...lookUpNames(dialect),
    `create table advisory_change (ecosystem text not null, name text not null,
      generation bigint not null, primary key (ecosystem, name, generation)) ${dialect.keyed}`,
    ...changesUntilNow(),
    ...indexes(),
  ],
};

function columns(): string[] {
  return [
    'alter table advisory_import add column revision bigint',
    `alter table advisory_import add column family text not null default ''`,
    'alter table advisory add column removed bigint',
    `alter table advisory add column hash text not null default ''`,
    `alter table package add column lookup_name text not null default ''`,
    `alter table package add column matches_hash text not null default ''`,
    `alter table package add column counts text not null default ''`,
    'alter table package add column undecided bigint not null default 0',
  ];
}

const IN_FORCE = (table: string): string =>
  `exists (select 1 from advisory_family as f
    where f.family = ${table}.family and f.generation = ${table}.generation)`;

/** Until now an import took the place of its family: the others are leftovers. */
function onlyVisible(): string[] {
  return [
    `delete from advisory where not ${IN_FORCE('advisory')}`,
    `delete from advisory_source where not ${IN_FORCE('advisory_source')}`,
    `delete from advisory_package
      where not exists (select 1 from advisory where number = advisory_package.advisory)`,
    `delete from advisory_import where publish_time is null`,
    `insert into advisory_import (generation, id, begin_time, publish_time, family)
      select generation, '', 0, 0, family from advisory_family as f where not exists
      (select 1 from advisory_import as i where i.generation = f.generation)`,
    'update advisory_import set revision = generation',
  ];
}

/** As `normalisePackageName` spells them. */
function lookUpNames({ name }: SqlDialect): string[] {
  const dashes = `replace(replace(lower(source_name), '_', '-'), '.', '-')`;
  const single: Readonly<Record<SqlDialect['name'], string>> = {
    sqlite: `replace(replace(replace(${dashes}, '-', '<>'), '><', ''), '<>', '-')`,
    postgres: `regexp_replace(${dashes}, '-+', '-', 'g')`,
  };
  const base: Readonly<Record<SqlDialect['name'], string>> = {
    sqlite: `case when instr(ecosystem, ':') = 0 then ecosystem
      else substr(ecosystem, 1, instr(ecosystem, ':') - 1) end`,
    postgres: `split_part(ecosystem, ':', 1)`,
  };
  return [
    `update package set lookup_name = case ${base[name]}
      when 'PyPI' then ${single[name]}
      when 'crates.io' then replace(lower(source_name), '_', '-')
      ${LOWER.map((one) => `when '${one}' then lower(source_name)`).join('\n')}
      else source_name end`,
    ...['https://', 'http://'].map(
      (scheme) => `update package set lookup_name = substr(lookup_name, ${scheme.length + 1})
        where ecosystem like 'SwiftURL%' and lookup_name like '${scheme}%'`,
    ),
    `update package set lookup_name = substr(lookup_name, 1, length(lookup_name) - 4)
      where ecosystem like 'SwiftURL%' and lookup_name like '%.git'`,
  ];
}

const LOWER = ['SwiftURL', 'NuGet', 'Packagist', 'Hex', 'Pub', 'Bitnami', 'ConanCenter'].concat([
  'GitHub Actions',
  'VSCode',
]);

/** Every package is matched anew once, which also counts what it has. */
function changesUntilNow(): string[] {
  const newest = '(select max(generation) from advisory_family)';
  return [
    `insert into advisory_change select distinct p.ecosystem, p.name, a.generation
      from advisory_package as p join advisory as a on a.number = p.advisory`,
    `insert into advisory_change select distinct ecosystem, lookup_name, ${newest} from package
      where ecosystem <> '' and ${newest} is not null
      on conflict do nothing`,
    'update package set matched_generation = 0',
  ];
}

function indexes(): string[] {
  return [
    'create index advisory_change_generation on advisory_change (generation, ecosystem, name)',
    'create index advisory_family_number on advisory (family, number)',
    'create index advisory_removed on advisory (removed) where removed is not null',
    'create index advisory_import_revision on advisory_import (revision)',
    'drop index package_source',
    'create index package_lookup on package (ecosystem, lookup_name, id)',
  ];
}
