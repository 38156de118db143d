/** VEX documents, the authors whose signed ones count, and which vulnerabilities they are on. */
import type { Migration } from '../migration.ts';

/** Schema 10. */
export const vexDocuments: Migration = {
  version: 10,
  name: 'vex-documents',
  statements: ({ keyed }) => [
    `create table vex_author (project text not null, name text not null, body text not null,
      create_time bigint not null, update_time bigint not null, primary key (project, name))
      ${keyed}`,
    `create table vex_document (id text not null primary key, project text not null,
      author text not null, document_id text not null, removed_time bigint,
      import_time bigint not null, body text not null, source text not null,
      unique (project, author, document_id))`,
    `create table vex_statement (document text not null, position bigint not null,
      body text not null, primary key (document, position)) ${keyed}`,
    `create table vex_vulnerability (project text not null, vulnerability text not null,
      document text not null, position bigint not null,
      primary key (project, vulnerability, document, position)) ${keyed}`,
    'create index vex_vulnerability_document on vex_vulnerability (document)',
  ],
};
