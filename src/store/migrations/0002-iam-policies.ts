/** IAM policies of single resources, and who a token's bearer is in their spelling. */
import type { Migration } from '../migration.ts';

/** Schema 2. */
export const iamPolicies: Migration = {
  version: 2,
  name: 'iam-policies',
  statements: ({ keyed }) => [
    `create table iam_policy (project text not null, kind text not null, id text not null,
      etag text not null, update_time bigint not null, body text not null,
      primary key (project, kind, id)) ${keyed}`,
    'alter table token add column member text',
  ],
};
