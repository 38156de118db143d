/**
 * Notifications in the shape of Google's Container Analysis: a message `{name, kind,
 * notificationTime}` on the topics container-analysis-{occurrences,notes}-{v1,v1beta1}, published
 * by Pub/Sub's REST method projects.topics.publish.
 * https://cloud.google.com/artifact-analysis/docs/pub-sub-notifications
 */
import { encodeBase64 } from '../domain/base64.ts';
import type { JsonObject } from '../domain/json.ts';
import type { NotificationEvent } from '../domain/notification-event.ts';
import { formatTime } from '../domain/time.ts';
import { BETA_NOTE_FIELDS } from './beta-note.ts';

/** Every topic that is published to. */
export const PUBSUB_TOPICS = [
  'container-analysis-occurrences-v1',
  'container-analysis-occurrences-v1beta1',
  'container-analysis-notes-v1',
  'container-analysis-notes-v1beta1',
] as const;

const TOLD = /^assay\.(occurrence|note)\.(?:created|updated)$/;

/**
 * The topics of an event: those of its noun, v1beta1's for the kinds that it has. As Google, none
 * for what is deleted, nor for anything that is neither a note nor an occurrence.
 */
export function pubsubTopics({ type, data }: NotificationEvent): readonly string[] {
  const noun = TOLD.exec(type)?.[1];
  if (noun === undefined) return [];
  const topic = `container-analysis-${noun}s-v1`;
  const known = Object.keys(BETA_NOTE_FIELDS).some((kind) => kind === data['kind']);
  return known ? [topic, `${topic}beta1`] : [topic];
}

/** The request that publishes an event; the attributes tell retries and changes apart. */
export function publishRequest({ id, type, time, data }: NotificationEvent): JsonObject {
  const { name, kind } = data;
  const payload = JSON.stringify({ name, kind, notificationTime: formatTime(time) });
  const attributes = { 'assay-event-id': id, 'assay-event-type': type };
  return { messages: [{ data: encodeBase64(new TextEncoder().encode(payload)), attributes }] };
}

/** The path of a topic below a Pub/Sub endpoint. */
export function topicPath(project: string, topic: string): string {
  return `v1/projects/${project}/topics/${topic}`;
}
