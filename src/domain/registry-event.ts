/** What a registry tells: something was pushed to a repository, or deleted from it. */
import type { Digest } from './digest.ts';
import type { Micros } from './time.ts';

/** One event, whatever shape it came in. */
export interface RegistryEvent {
  /** `registry/path` as references name it. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
  readonly action: 'push' | 'delete';
  /** When it happened, as the sender says. */
  readonly time?: Micros;
}

/** Shapes of notifications, by the name in the address of each. */
export const NOTIFICATION_SHAPES = [
  'docker-distribution',
  'harbor',
  'docker-hub',
  'google',
  'github',
  'quay',
] as const;

/** A member of {@link NOTIFICATION_SHAPES}. */
export type NotificationShape = (typeof NOTIFICATION_SHAPES)[number];
