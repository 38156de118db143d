/**
 * The members of package sets in few bytes, and sets by number, so that all of them are read in the
 * order in which they lie. Sets that were kept before keep their form.
 */
import type { Migration } from '../migration.ts';

/** Schema 12. */
export const packedMembers: Migration = {
  version: 12,
  name: 'packed-members',
  statements: ({ bytes, serial }) => [
    `create table numbered_set (number ${serial}, id text not null unique, members text not null,
      body text not null, packed ${bytes}, paths text)`,
    'insert into numbered_set (id, members, body) select id, members, body from package_set',
    'drop table package_set',
    'alter table numbered_set rename to package_set',
    'alter table image add column set_number bigint',
    `update image set set_number =
      (select number from package_set where package_set.id = image.package_set)`,
    'drop index image_package_set',
    'create index image_set_number on image (set_number)',
    'create index image_fleet on image (digest, set_number, status)',
  ],
};
