/**
 * Notifications of Harbor, in its own form and as CloudEvents (goharbor.io/docs, "Configure Webhook
 * Notifications").
 */
import type { JsonObject } from '../domain/json.ts';
import type { RegistryEvent } from '../domain/registry-event.ts';
import {
  listOf,
  objectOf,
  objectsOf,
  optionalText,
  registryEvent,
  splitTag,
  textOf,
  timeOf,
} from './read-event.ts';

const ACTIONS: Readonly<Record<string, RegistryEvent['action']>> = {
  PUSH_ARTIFACT: 'push',
  DELETE_ARTIFACT: 'delete',
  'harbor.artifact.pushed': 'push',
  'harbor.artifact.deleted': 'delete',
};

/** One event per artifact; other types, such as scans and quotas, are of no interest. */
export function parseHarborEvents(body: JsonObject): RegistryEvent[] {
  const action = ACTIONS[textOf(body, 'type')];
  if (action === undefined) return [];
  const isCloudEvent = body['specversion'] !== undefined;
  const data = objectOf(body, isCloudEvent ? 'data' : 'event_data');
  const time = timeOf(isCloudEvent ? body['time'] : body['occur_at']);
  return objectsOf(listOf(data, 'resources'), 'resources').map((resource) => {
    const named = splitTag(optionalText(resource, 'tag'));
    const digest = optionalText(resource, 'digest') ?? named.digest;
    // The address of the artifact as clients pull it, with its tag or digest.
    const image = textOf(resource, 'resource_url').replace(/@[^@/]*$|:[^:/@]*$/, '');
    return registryEvent({ image, tag: named.tag, digest, action, time });
  });
}
