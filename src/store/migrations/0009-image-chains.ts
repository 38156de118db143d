/** The ChainID of an image's layers, by which the images that lie beneath another one are found. */
import type { Migration } from '../migration.ts';

/** Schema 9. */
export const imageChains: Migration = {
  version: 9,
  name: 'image-chains',
  statements: () => [
    'alter table image add column chain_id text',
    'create index image_chain on image (chain_id)',
  ],
};
