/** The first schema: every table that later work hangs on, so that ids and keys never move. */
import type { Migration, SqlDialect } from '../migration.ts';

/** Schema 1. */
export const firstTables: Migration = {
  version: 1,
  name: 'first-tables',
  statements: (dialect) => [
    ...ownership(dialect),
    ...metadata(),
    ...images(dialect),
    ...advisories(dialect),
    ...decisions(dialect),
    ...background(),
  ],
};

function ownership({ keyed }: SqlDialect): string[] {
  return [
    `create table project (id text not null primary key, create_time bigint not null) ${keyed}`,
    `create table cluster (project text not null, location text not null, name text not null,
      create_time bigint not null, primary key (project, location, name)) ${keyed}`,
    `create table policy_document (project text not null, kind text not null, name text not null,
      revision bigint not null, source text not null, parsed text not null,
      create_time bigint not null, etag text not null,
      primary key (project, kind, name, revision))`,
    `create table token (hash text not null primary key, id text not null unique,
      name text not null, role text not null, project text, create_time bigint not null,
      expire_time bigint)`,
  ];
}

function metadata(): string[] {
  return [
    `create table note (project text not null, id text not null, kind text not null,
      create_time bigint not null, update_time bigint not null, body text not null,
      primary key (project, id))`,
    'create index note_time on note (project, create_time, id)',
    'create index note_kind on note (project, kind, create_time, id)',
    `create table occurrence (project text not null, id text not null, kind text not null,
      resource_uri text not null, resource_written text not null, note_project text not null,
      note_id text not null, severity bigint not null, create_time bigint not null,
      update_time bigint not null, body text not null, primary key (project, id))`,
    'create index occurrence_time on occurrence (project, create_time, id)',
    'create index occurrence_kind on occurrence (project, kind, create_time, id)',
    `create index occurrence_severity
      on occurrence (project, kind, severity, create_time, id)`,
    'create index occurrence_resource on occurrence (project, resource_uri, create_time, id)',
    'create index occurrence_note on occurrence (note_project, note_id, create_time, id)',
    `create index occurrence_note_resource
      on occurrence (note_project, note_id, resource_uri, create_time, id)`,
    `create table attestor (project text not null, id text not null, note_project text not null,
      note_id text not null, update_time bigint not null, etag text not null, body text not null,
      primary key (project, id))`,
    'create index attestor_note on attestor (note_project, note_id)',
  ];
}

function images({ serial, keyed }: SqlDialect): string[] {
  return [
    `create table layer_facts (digest text not null, extractor_version bigint not null,
      facts text not null, primary key (digest, extractor_version))`,
    `create table package (id ${serial}, identity text not null unique, ecosystem text not null,
      source_name text not null, source_version text not null, body text not null,
      matched_generation bigint not null)`,
    'create index package_source on package (ecosystem, source_name, source_version)',
    `create table package_set (id text not null primary key, members text not null,
      body text not null)`,
    `create table image (digest text not null primary key, media_type text not null,
      kind text not null, config_digest text, platform text not null, package_set text,
      status text not null, body text not null, read_time bigint not null,
      extractor_version bigint not null)`,
    'create index image_package_set on image (package_set)',
    `create table digest_link (kind text not null, parent text not null, child text not null,
      primary key (kind, parent, child)) ${keyed}`,
    'create index digest_link_child on digest_link (kind, child, parent)',
    `create table image_sighting (project text not null, resource_uri text not null,
      digest text not null, first_seen bigint not null, last_seen bigint not null,
      primary key (project, resource_uri, digest)) ${keyed}`,
    'create index image_sighting_digest on image_sighting (digest, project)',
    `create table tag_event (id text not null primary key, time bigint not null,
      repository text not null, tag text not null, digest text not null, source text not null)`,
    'create index tag_event_tag on tag_event (repository, tag, time, id)',
  ];
}

function advisories({ keyed, numbered }: SqlDialect): string[] {
  return [
    `create table advisory_family (family text not null primary key,
      generation bigint not null) ${keyed}`,
    `create table advisory_import (generation bigint not null primary key, id text not null,
      begin_time bigint not null, publish_time bigint)`,
    `create table advisory_source (family text not null, generation bigint not null,
      ecosystem text not null, source text not null, updated bigint not null,
      records bigint not null, primary key (family, generation, ecosystem)) ${keyed}`,
    `create table advisory (number ${numbered}, family text not null,
      generation bigint not null, id text not null, modified bigint not null,
      body text not null)`,
    'create index advisory_id on advisory (id)',
    'create index advisory_generation on advisory (generation, family, number)',
    `create table advisory_package (ecosystem text not null, name text not null,
      advisory bigint not null, primary key (ecosystem, name, advisory)) ${keyed}`,
    `create table package_match (package bigint not null, advisory_id text not null,
      generation bigint not null, severity bigint not null, first_time bigint not null,
      change_time bigint not null, body text not null, primary key (package, advisory_id))`,
    'create index package_match_advisory on package_match (advisory_id, package)',
  ];
}

function decisions({ numbered }: SqlDialect): string[] {
  return [
    `create table evaluation (id text not null primary key, last_day bigint not null,
      body text not null)`,
    'create index evaluation_day on evaluation (last_day)',
    `create table decision_batch (sequence ${numbered},
      previous_hash text not null, hash text not null, first_id text not null,
      last_id text not null, first_time bigint not null, last_time bigint not null,
      count bigint not null, bytes bigint not null, payload text not null)`,
    'create index decision_batch_ids on decision_batch (last_id, first_id)',
    `create table decision_checkpoint (id bigint not null primary key, sequence bigint not null,
      hash text not null, removed bigint not null, time bigint not null)`,
  ];
}

function background(): string[] {
  return [
    `create table job (id text not null primary key, kind text not null,
      unique_key text not null, body text not null, run_at bigint not null, lease_until bigint,
      attempts bigint not null, unique (kind, unique_key))`,
    'create index job_run_at on job (run_at, id)',
    `create table outbox (id text not null primary key, time bigint not null, project text,
      topic text not null, body text not null)`,
    `create table audit (id text not null primary key, time bigint not null, project text,
      caller text not null, action text not null, resource text not null, body text not null)`,
    'create index audit_project on audit (project, time, id)',
  ];
}
