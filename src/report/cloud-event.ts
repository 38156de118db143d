/**
 * An event as a CloudEvent 1.0 in structured mode; the schema of its data stands in
 * docs/reference/schemas/event.schema.json.
 */
import type { NotificationEvent } from '../domain/notification-event.ts';
import { formatTime } from '../domain/time.ts';

/** The content type of {@link formatCloudEvent}. */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/** Prints an event. Its source is the project's path, or `/` for what is everybody's. */
export function formatCloudEvent(event: NotificationEvent): string {
  const { id, type, project, subject, time, data } = event;
  return JSON.stringify({
    specversion: '1.0',
    id,
    source: project === undefined ? '/' : `/projects/${project}`,
    type,
    subject,
    time: formatTime(time),
    datacontenttype: 'application/json',
    data,
  });
}
