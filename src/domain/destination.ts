/** Where a project's events are sent. */
import { AssayError } from './error.ts';
import type { EventSelection } from './notification-event.ts';
import type { Micros } from './time.ts';

/** How events are sent: CloudEvents, Google's Pub/Sub messages, or sentences for a chat. */
export const DESTINATION_KINDS = ['webhook', 'pubsub', 'slack'] as const;

/** A kind of destination. */
export type DestinationKind = (typeof DESTINATION_KINDS)[number];

/** A destination. `url` and `secret` are never shown whole, logged, or put into an error. */
export interface Destination {
  readonly id: string;
  readonly project: string;
  /** Lower-case letters, digits and `-`; unique within the project. */
  readonly name: string;
  readonly kind: DestinationKind;
  readonly url: string;
  /** Signs a webhook's requests; a Pub/Sub endpoint's bearer token. */
  readonly secret?: string;
  /** Pub/Sub: the project of the topics, where it has another name than ours. */
  readonly topicProject?: string;
  readonly selection: EventSelection;
  readonly createTime: Micros;
}

const NAME = /^[a-z][a-z0-9-]{0,62}$/;

/** Reads a destination's name. */
export function parseDestinationName(text: string): string {
  if (NAME.test(text)) return text;
  throw new AssayError(
    'invalid-name',
    `destination ${JSON.stringify(text.slice(0, 80))} is no name; wanted a lower-case letter, ` +
      'then at most 62 letters, digits and -',
  );
}

/** Of a shorter rest the last characters would be too much of a secret. */
const LEAST_REST = 16;

/** An address for people: the host, and of a long one its last four characters. */
export function formatAddress(url: string): string {
  const { protocol, host, pathname, search } = new URL(url);
  const rest = `${pathname}${search}`;
  if (rest.length <= 1) return `${protocol}//${host}`;
  return `${protocol}//${host}/…${rest.length < LEAST_REST ? '' : rest.slice(-4)}`;
}
