/**
 * Notifications of GitHub's container registry: events `registry_package` and `package`
 * (docs.github.com/webhooks/webhook-events-and-payloads).
 */
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import type { RegistryEvent } from '../domain/registry-event.ts';
import {
  imageOf,
  objectOf,
  optionalText,
  registryEvent,
  splitTag,
  textOf,
  timeOf,
} from './read-event.ts';

const ACTIONS: ReadonlySet<string> = new Set(['published', 'updated']);

/** Its one event; of packages of other kinds, and of other events, none. */
export function parseGithubEvents(body: JsonObject): RegistryEvent[] {
  const found = body['registry_package'] ?? body['package'];
  if (!isJsonObject(found) || !ACTIONS.has(optionalText(body, 'action') ?? '')) return [];
  const kind = optionalText(found, 'package_type') ?? optionalText(found, 'ecosystem');
  if (kind?.toUpperCase() !== 'CONTAINER') return [];
  const version = objectOf(found, 'package_version');
  const { tag, digest } = taggedBy(version);
  const image = `${textOf(found, 'namespace')}/${textOf(found, 'name')}`.toLowerCase();
  const time = timeOf(version['updated_at'] ?? found['updated_at']);
  const host = hostOf(optionalText(version, 'package_url'));
  return [registryEvent({ image: imageOf(host, image), tag, digest, action: 'push', time })];
}

/** The version is the digest; its metadata name the tag, where it has one. */
function taggedBy(version: JsonObject): { tag?: string | undefined; digest?: string | undefined } {
  const metadata = version['container_metadata'];
  const tag = isJsonObject(metadata) ? metadata['tag'] : undefined;
  const said = isJsonObject(tag) ? tag : {};
  const named = splitTag(optionalText(said, 'name'));
  const digest = optionalText(said, 'digest') ?? named.digest;
  return { tag: named.tag, digest: digest ?? splitTag(optionalText(version, 'version')).digest };
}

/** A GitHub of one's own has its registry elsewhere. */
function hostOf(url: string | undefined): string {
  const host = url?.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return host === '' ? 'ghcr.io' : host;
}
