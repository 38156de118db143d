/** The verbs on attestors and attestations of our own API. */
import type { CatalogEntry } from './catalog-entry.ts';

const ATTESTORS = '/api/v1/projects/:project/attestors';
const ATTESTOR = `${ATTESTORS}/:name`;

/** Part of the catalog. */
export const ATTESTOR_CATALOG = {
  'create-attestor': {
    verb: 'POST',
    path: ATTESTORS,
    load: async () => (await import('./start-attestor.ts')).startAttestor,
  },
  'list-attestors': {
    verb: 'GET',
    path: ATTESTORS,
    load: async () => (await import('./show-attestor.ts')).showAttestors,
  },
  'show-attestor': {
    verb: 'GET',
    path: ATTESTOR,
    load: async () => (await import('./show-attestor.ts')).showAttestor,
  },
  'delete-attestor': {
    verb: 'DELETE',
    path: ATTESTOR,
    load: async () => (await import('./end-attestor.ts')).endAttestor,
  },
  'add-attestor-keys': {
    verb: 'POST',
    path: `${ATTESTOR}/keys`,
    load: async () => (await import('./add-attestor-keys.ts')).addAttestorKeys,
  },
  'remove-attestor-key': {
    verb: 'POST',
    path: `${ATTESTOR}/remove-key`,
    load: async () => (await import('./end-attestor-key.ts')).removeAttestorKey,
  },
  'revoke-attestor-key': {
    verb: 'POST',
    path: `${ATTESTOR}/revoke-key`,
    load: async () => (await import('./end-attestor-key.ts')).revokeAttestorKey,
  },
  'retire-attestor-key': {
    verb: 'POST',
    path: `${ATTESTOR}/retire-key`,
    load: async () => (await import('./end-attestor-key.ts')).retireAttestorKey,
  },
  'set-attestor-threshold': {
    verb: 'POST',
    path: `${ATTESTOR}/threshold`,
    load: async () => (await import('./set-attestor-threshold.ts')).setAttestorThreshold,
  },
  'create-attestation': {
    verb: 'POST',
    path: '/api/v1/projects/:project/attestations',
    load: async () => (await import('./create-attestation.ts')).createAttestation,
  },
  'verify-image': {
    verb: 'POST',
    path: '/api/v1/projects/:project/verify-image',
    load: async () => (await import('./verify-image.ts')).verifyImage,
  },
} as const satisfies Record<string, CatalogEntry>;
