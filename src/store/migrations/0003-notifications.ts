/**
 * Where events go and how far they have got. The outbox of schema 1 was never written: its rows get
 * numbers, in whose order they are taken.
 */
import type { Migration } from '../migration.ts';

/** Schema 3. */
export const notifications: Migration = {
  version: 3,
  name: 'notifications',
  statements: ({ serial, keyed }) => [
    'drop table outbox',
    `create table outbox (sequence ${serial}, id text not null, time bigint not null, project text,
      topic text not null, body text not null)`,
    `create table destination (id text not null primary key, project text not null,
      name text not null, types text not null, body text not null, create_time bigint not null,
      failures bigint not null, paused_until bigint not null, dropped bigint not null,
      delivered_time bigint, problem text, unique (project, name))`,
    `create table delivery (sequence ${serial}, destination text not null, lane text not null,
      event_id text not null, time bigint not null, due_at bigint, attempts bigint not null,
      body text not null)`,
    'create index delivery_due on delivery (destination, due_at, sequence)',
    'create index delivery_lane on delivery (destination, lane, sequence)',
    `create table dead_letter (sequence ${serial}, destination text not null, lane text not null,
      event_id text not null, time bigint not null, dead_time bigint not null,
      attempts bigint not null, problem text not null, body text not null)`,
    'create index dead_letter_destination on dead_letter (destination, sequence)',
    `create table announcement (project text not null, resource_uri text not null,
      digest text not null, generation bigint not null, body text not null,
      primary key (project, resource_uri, digest)) ${keyed}`,
  ],
};
