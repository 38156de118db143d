/**
 * Notifications of Artifact Registry and Container Registry: topic `gcr` of Pub/Sub, pushed to us
 * (cloud.google.com/artifact-registry/docs/configure-notifications). One of digest and tag may be
 * missing.
 */
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { RegistryEvent } from '../domain/registry-event.ts';
import { objectOf, optionalText, registryEvent, textOf, timeOf } from './read-event.ts';

const ACTIONS: Readonly<Record<string, RegistryEvent['action']>> = {
  INSERT: 'push',
  DELETE: 'delete',
};
const MAX_DATA = 16_384;

/** Its one event. */
export function parseGoogleEvents(body: JsonObject): RegistryEvent[] {
  const message = objectOf(body, 'message');
  const data = parseData(message['data']);
  const action = ACTIONS[textOf(data, 'action')];
  const tagged = optionalText(data, 'tag');
  const image = optionalText(data, 'digest') ?? tagged;
  if (action === undefined || image === undefined) return [];
  const tag = tagged === undefined || tagged === image ? undefined : tagOf(tagged);
  const [name = '', digest] = image.split('@');
  return [
    registryEvent({ image: name, tag, digest, action, time: timeOf(message['publishTime']) }),
  ];
}

function tagOf(reference: string): string | undefined {
  return /:([^:/@]+)$/.exec(reference)?.[1];
}

function parseData(data: unknown): JsonObject {
  try {
    if (typeof data === 'string' && data.length <= MAX_DATA) {
      const value: unknown = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
      if (isJsonObject(value)) return value;
    }
  } catch {
    // Said below.
  }
  const message = "the notification's message.data is not a JSON object in base64";
  throw new AssayError('invalid-argument', message);
}
