/** The verbs on policy documents of our own API. */
import type { CatalogEntry } from './catalog-entry.ts';

const DOCUMENTS = '/api/v1/projects/:project/policy-documents';

/** Policy documents of a project, by their text. */
export const POLICY_CATALOG = {
  'set-policy-document': {
    verb: 'POST',
    path: DOCUMENTS,
    load: async () => (await import('./set-policy-document.ts')).setPolicyDocument,
  },
  'list-policy-documents': {
    verb: 'GET',
    path: DOCUMENTS,
    load: async () => (await import('./get-policy-document.ts')).listPolicyDocuments,
  },
  'get-policy-document': {
    verb: 'GET',
    path: `${DOCUMENTS}/:kind`,
    load: async () => (await import('./get-policy-document.ts')).getPolicyDocument,
  },
} as const satisfies Record<string, CatalogEntry>;
