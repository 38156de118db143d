/**
 * Notifications of Quay: event "Push to Repository" (docs.quay.io/guides/notifications). They name
 * tags and no digest.
 */
import type { JsonObject } from '../domain/json.ts';
import { AssayError } from '../domain/error.ts';
import type { RegistryEvent } from '../domain/registry-event.ts';
import { listOf, registryEvent, textOf } from './read-event.ts';

/** One event per tag; other events have none. */
export function parseQuayEvents(body: JsonObject): RegistryEvent[] {
  if (body['updated_tags'] === undefined) return [];
  const image = textOf(body, 'docker_url');
  return listOf(body, 'updated_tags').map((tag) => {
    if (typeof tag === 'string') return registryEvent({ image, tag, action: 'push' });
    const message = "the notification's updated_tags is not a list of texts";
    throw new AssayError('invalid-argument', message);
  });
}
