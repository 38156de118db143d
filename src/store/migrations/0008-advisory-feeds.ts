/** Where advisories are fetched from, and how far that got. */
import type { Migration } from '../migration.ts';

/** Schema 8. */
export const advisoryFeeds: Migration = {
  version: 8,
  name: 'advisory-feeds',
  statements: ({ keyed }) => [
    `create table advisory_feed (name text not null primary key, attempt_time bigint not null,
      success_time bigint, problem text, failures bigint not null, failures_ever bigint not null,
      records bigint, body text not null) ${keyed}`,
  ],
};
