/** Images by the extractor that read them, so that those of an earlier one are found. */
import type { Migration } from '../migration.ts';

/** Schema 13. */
export const extractorIndex: Migration = {
  version: 13,
  name: 'extractor-index',
  statements: () => ['create index image_extractor on image (extractor_version, digest)'],
};
