/**
 * The queue of scans: who waits for which image, jobs with an urgency and the registry that they
 * call, and the repositories that projects watch.
 */
import type { Migration } from '../migration.ts';

/** The schema of the queue. */
export const scanQueue: Migration = {
  version: 11,
  name: 'scan-queue',
  statements: ({ keyed }) => [
    'alter table job add column priority bigint not null default 0',
    `alter table job add column registry text not null default ''`,
    'create index job_urgent on job (kind, priority, run_at, id)',
    `create table scan_request (project text not null, resource_uri text not null,
      job_key text not null, state text not null, origin text not null,
      request_time bigint not null, change_time bigint not null, body text not null,
      primary key (project, resource_uri)) ${keyed}`,
    'create index scan_request_job on scan_request (job_key, project, resource_uri)',
    'create index scan_request_state on scan_request (project, state)',
    'create index scan_request_time on scan_request (state, change_time)',
    `create table watch (project text not null, pattern text not null, registry text not null,
      body text not null, create_time bigint not null, primary key (project, pattern)) ${keyed}`,
    'create index watch_registry on watch (registry, project, pattern)',
    'alter table tag_event add column sender_time bigint',
  ],
};
