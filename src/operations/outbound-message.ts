/** An event as the request that a destination of each kind wants. */
import type { Destination, DestinationKind } from '../domain/destination.ts';
import type { NotificationEvent } from '../domain/notification-event.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import { publishRequest, topicPath } from '../google/pubsub-message.ts';
import type { GuardedRequest } from '../remote/guarded-fetch.ts';
import { CLOUD_EVENT_TYPE, formatCloudEvent } from '../report/cloud-event.ts';
import { formatSlackText } from '../report/event-sentence.ts';
import { signatureHeaders } from '../signing/webhook-signature.ts';

/** An event for a destination, in its lane. */
export interface Outbound {
  readonly destination: Destination;
  readonly event: NotificationEvent;
  readonly lane: string;
  readonly now: Micros;
}

/** A whole exchange, body included, may take as long, in milliseconds. */
export const SEND_TIMEOUT = 10_000;

const JSON_TYPE = { 'content-type': 'application/json' };

const MESSAGES: Readonly<Record<DestinationKind, (outbound: Outbound) => Message>> = {
  webhook: ({ destination, event, now }) => {
    const body = formatCloudEvent(event);
    const signed = { id: event.id, timestamp: Math.floor(now / SECOND), body };
    const signature = signatureHeaders(destination.secret ?? '', signed);
    const headers = { 'content-type': CLOUD_EVENT_TYPE, ...signature };
    return { url: new URL(destination.url), headers, body };
  },
  pubsub: ({ destination, event, lane }) => ({
    url: topicUrl(destination, lane.slice(0, lane.indexOf(' ')), ':publish'),
    headers: { ...JSON_TYPE, ...bearer(destination) },
    body: JSON.stringify(publishRequest(event)),
  }),
  slack: ({ destination, event }) => ({
    url: new URL(destination.url),
    headers: JSON_TYPE,
    body: JSON.stringify({ text: formatSlackText(event) }),
  }),
};

type Message = Pick<GuardedRequest, 'url' | 'headers'> & { readonly body: string };

/** Makes the request; a webhook's is signed for the moment that it is sent at. */
export function outboundMessage(outbound: Outbound): GuardedRequest {
  const message = MESSAGES[outbound.destination.kind](outbound);
  return { method: 'POST', timeoutMs: SEND_TIMEOUT, ...message };
}

/** The URL of a topic at a Pub/Sub endpoint. */
export function topicUrl(destination: Destination, topic: string, method: string): URL {
  const { url, project, topicProject } = destination;
  const base = url.endsWith('/') ? url : `${url}/`;
  return new URL(`${topicPath(topicProject ?? project, topic)}${method}`, base);
}

/** A Pub/Sub endpoint's token, where it wants one. */
export function bearer({ secret }: Destination): Readonly<Record<string, string>> {
  return secret === undefined ? {} : { authorization: `Bearer ${secret}` };
}
