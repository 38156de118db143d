/** Trying a destination by hand, now, past everything that is on its way. */
import { type Caller, authorise } from '../domain/caller.ts';
import type { Destination } from '../domain/destination.ts';
import { isAssayError } from '../domain/error.ts';
import type { NotificationEvent } from '../domain/notification-event.ts';
import { PUBSUB_TOPICS } from '../google/pubsub-message.ts';
import type { GuardedRequest } from '../remote/guarded-fetch.ts';
import { requireDestination } from '../store/destination-rows.ts';
import type { Deps } from './deps.ts';
import { SEND_TIMEOUT, bearer, outboundMessage, topicUrl } from './outbound-message.ts';

/** What came of it. */
export interface TestedDestination {
  readonly name: string;
  readonly reached: boolean;
  /** e.g. `answered 200`, or why not. */
  readonly answer: string;
}

/**
 * Sends a test event to a webhook or a chat. Of a Pub/Sub endpoint the topics are asked for
 * instead: whoever subscribes to them expects real ones only.
 */
export async function testDestination(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly name: string },
): Promise<TestedDestination> {
  authorise(input.caller, 'assay.notifications.manage', input.project);
  const destination = await requireDestination(deps.store, input.project, input.name);
  const requests = destination.kind === 'pubsub' ? topics(destination) : [test(deps, destination)];
  const { name } = destination;
  for (const request of requests) {
    const answer = await ask(deps, request);
    if (!answer.reached) return { name, ...answer };
  }
  return { name, reached: true, answer: 'it took the test' };
}

function test(deps: Deps, destination: Destination): GuardedRequest {
  const { project, name } = destination;
  const subject = `projects/${project}/destinations/${name}`;
  const event: NotificationEvent = {
    id: deps.newId(),
    time: deps.now(),
    type: 'assay.destination.tested',
    project,
    subject,
    data: { schemaVersion: 1, name: subject },
  };
  return outboundMessage({ destination, event, lane: subject, now: deps.now() });
}

function topics(destination: Destination): readonly GuardedRequest[] {
  return PUBSUB_TOPICS.map((topic) => ({
    url: topicUrl(destination, topic, ''),
    method: 'GET',
    headers: bearer(destination),
    timeoutMs: SEND_TIMEOUT,
  }));
}

async function ask(deps: Deps, request: GuardedRequest): Promise<Omit<TestedDestination, 'name'>> {
  try {
    const { status, discard } = await deps.outbound.send(request);
    await discard();
    const what = request.method === 'GET' ? ` to ${request.url.pathname}` : '';
    return { reached: status >= 200 && status < 300, answer: `it answered ${status}${what}` };
  } catch (error) {
    if (isAssayError(error)) return { reached: false, answer: error.message };
    throw error;
  }
}
