/** What a project trusts of Notary repositories, and which versions of their roles were seen. */
import type { Migration } from '../migration.ts';

/** Schema 15. */
export const notaryTrust: Migration = {
  version: 15,
  name: 'notary-trust',
  statements: ({ keyed }) => [
    `create table notary_root (project text not null, gun text not null, fingerprint text not null,
      root text not null, approver text not null, approve_time bigint not null,
      primary key (project, gun)) ${keyed}`,
    `create table notary_version (project text not null, gun text not null, anchor text not null,
      role text not null, version bigint not null, seen_time bigint not null,
      primary key (project, gun, anchor, role)) ${keyed}`,
  ],
};
