/**
 * Notifications of CNCF distribution (Docker Registry), of Azure's registry and of our own: an
 * envelope of events about manifests and blobs
 * (distribution.github.io/distribution/about/notifications).
 */
import type { JsonObject } from '../domain/json.ts';
import type { RegistryEvent } from '../domain/registry-event.ts';
import {
  imageOf,
  listOf,
  objectOf,
  objectsOf,
  optionalText,
  registryEvent,
  textOf,
  timeOf,
} from './read-event.ts';

const OCI = /^application\/vnd\.oci\.image\.(?:manifest|index)\.v\d\+json$/;
const DOCKER = /^application\/vnd\.docker\.distribution\.manifest(?:\.list)?\.v\d\+json$/;

/** Its events about manifests; `registry` stands for the host by which clients called it. */
export function parseDistributionEvents(
  body: JsonObject,
  { registry }: { readonly registry?: string | undefined },
): RegistryEvent[] {
  const events = objectsOf(listOf(body, 'events'), 'events');
  return events.flatMap((event) => readEvent(event, registry) ?? []);
}

function readEvent(event: JsonObject, registry: string | undefined): RegistryEvent | undefined {
  const action = textOf(event, 'action');
  if (action !== 'push' && action !== 'delete') return undefined;
  const target = objectOf(event, 'target');
  const mediaType = optionalText(target, 'mediaType') ?? '';
  // Layers are told of, too.
  if (action === 'push' && !OCI.test(mediaType) && !DOCKER.test(mediaType)) return undefined;
  const host = registry ?? textOf(objectOf(event, 'request'), 'host');
  return registryEvent({
    image: imageOf(host, textOf(target, 'repository')),
    tag: optionalText(target, 'tag'),
    digest: optionalText(target, 'digest'),
    action,
    time: timeOf(event['timestamp']),
  });
}
