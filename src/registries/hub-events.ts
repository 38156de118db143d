/**
 * Notifications of Docker Hub (docs.docker.com/docker-hub/repos/manage/webhooks). They name a tag
 * and no digest; the address in `callback_url` is never called.
 */
import type { JsonObject } from '../domain/json.ts';
import type { RegistryEvent } from '../domain/registry-event.ts';
import { imageOf, objectOf, registryEvent, textOf, timeOf } from './read-event.ts';

/** Its one event. */
export function parseHubEvents(body: JsonObject): RegistryEvent[] {
  const push = objectOf(body, 'push_data');
  const image = imageOf('docker.io', textOf(objectOf(body, 'repository'), 'repo_name'));
  const time = timeOf(push['pushed_at']);
  return [registryEvent({ image, tag: textOf(push, 'tag'), action: 'push', time })];
}
