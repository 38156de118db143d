/** The verbs on Notary repositories of our own API. */
import type { CatalogEntry } from './catalog-entry.ts';

const ROOTS = '/api/v1/projects/:project/notary-roots';

/** Docker Content Trust: roots that are trusted, and tags that are verified. */
export const NOTARY_CATALOG = {
  'approve-notary-root': {
    verb: 'POST',
    path: ROOTS,
    load: async () => (await import('./approve-notary-root.ts')).approveNotaryRoot,
  },
  'list-notary-roots': {
    verb: 'GET',
    path: ROOTS,
    load: async () => (await import('./approve-notary-root.ts')).listNotaryRoots,
  },
  'verify-signed-tag': {
    verb: 'POST',
    path: '/api/v1/projects/:project/verify-signed-tag',
    load: async () => (await import('./verify-signed-tag.ts')).verifySignedTag,
  },
} as const satisfies Record<string, CatalogEntry>;
