/** What registries tell, one row per shape: how each shows who it is, and how it is read. */
import type { JsonObject } from '../domain/json.ts';
import type { NotificationShape, RegistryEvent } from '../domain/registry-event.ts';
import { parseDistributionEvents } from './distribution-events.ts';
import { parseGithubEvents } from './github-events.ts';
import { parseGoogleEvents } from './google-events.ts';
import { parseHarborEvents } from './harbor-events.ts';
import { parseHubEvents } from './hub-events.ts';
import { parseQuayEvents } from './quay-events.ts';

/**
 * How a sender shows who it is: `bearer` in the header Authorization, `basic` as the password
 * there, `path` as the last part of the address, for those that can send no header, `hmac` by a
 * signature over the body.
 */
export type SenderProof = 'bearer' | 'basic' | 'path' | 'hmac';

/** A shape of notifications. */
export interface NotificationRow {
  readonly name: NotificationShape;
  readonly proofs: readonly SenderProof[];
  /** Reads a body; refuses what is not of this shape with `invalid-argument`. */
  readonly parse: (
    body: JsonObject,
    given: { readonly registry?: string | undefined },
  ) => RegistryEvent[];
}

/** Every shape. */
export const NOTIFICATION_TABLE: readonly NotificationRow[] = [
  { name: 'docker-distribution', proofs: ['bearer'], parse: parseDistributionEvents },
  { name: 'harbor', proofs: ['bearer'], parse: parseHarborEvents },
  { name: 'docker-hub', proofs: ['bearer', 'path'], parse: parseHubEvents },
  { name: 'google', proofs: ['bearer'], parse: parseGoogleEvents },
  { name: 'github', proofs: ['hmac'], parse: parseGithubEvents },
  { name: 'quay', proofs: ['bearer', 'basic', 'path'], parse: parseQuayEvents },
];
