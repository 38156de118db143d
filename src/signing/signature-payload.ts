/**
 * What an attestation signs: Google's signature payload, a small JSON document that names an image
 * and its digest. Written with the very bytes of gcloud, read with no tolerance.
 */
import { isDigest } from '../domain/digest.ts';
import type { Digest } from '../domain/digest.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { errorText, refuse } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

/** The value of `critical.type`. */
export const PAYLOAD_TYPE = 'Google cloud binauthz container signature';

/** What a signed payload says. */
export interface SignaturePayload {
  /** Normalised `registry/path`, without tag and digest. */
  readonly dockerReference: string;
  readonly digest: Digest;
  /** The whole document, for comparing it with another copy. */
  readonly json: Json;
}

/**
 * Prints the payload for an image exactly as `gcloud container binauthz create-signature-payload`
 * does: two blanks a level, sorted keys, a final line feed. `name` is printed as given.
 */
export function createSignaturePayload(image: { name: string; digest: Digest }): string {
  return `${JSON.stringify(payloadOf(image), undefined, 2)}\n`;
}

/** The document that {@link createSignaturePayload} prints. */
export function payloadOf(image: { readonly name: string; readonly digest: Digest }): JsonObject {
  const critical = {
    identity: { 'docker-reference': image.name },
    image: { 'docker-manifest-digest': image.digest },
    type: PAYLOAD_TYPE,
  };
  return { critical };
}

/**
 * Reads signed bytes. Refuses broken UTF-8, equal keys, over 64 KiB, another type, missing or
 * unknown keys under `critical`, and a name with tag or digest. Nothing is read from `optional`.
 */
export function parseSignaturePayload(bytes: Uint8Array): SignaturePayload {
  return readSignaturePayload(parseStrictJson(bytes));
}

/** As {@link parseSignaturePayload}, of what was parsed strictly already. */
export function readSignaturePayload(json: Json): SignaturePayload {
  const critical = member(onlyKeys(json, 'payload', ['critical', 'optional']), 'critical');
  onlyKeys(critical, 'critical', ['identity', 'image', 'type']);
  const identity = onlyKeys(member(critical, 'identity'), 'critical.identity', [
    'docker-reference',
  ]);
  const image = onlyKeys(member(critical, 'image'), 'critical.image', ['docker-manifest-digest']);
  const type = critical['type'];
  if (type !== PAYLOAD_TYPE) {
    refuse(
      'bad-payload',
      `critical.type is ${shown(type)}; wanted ${JSON.stringify(PAYLOAD_TYPE)}`,
    );
  }
  return {
    dockerReference: readName(identity['docker-reference']),
    digest: readDigest(image['docker-manifest-digest']),
    json,
  };
}

function onlyKeys(value: Json | undefined, where: string, allowed: readonly string[]): JsonObject {
  if (!isJsonObject(value)) return refuse('bad-payload', `${where} is not an object`);
  const unknown = Object.keys(value).find((key) => !allowed.includes(key));
  if (unknown !== undefined) {
    refuse(
      'bad-payload',
      `${where} has the unknown key ${shown(unknown)}; known: ${allowed.join(', ')}`,
    );
  }
  return value;
}

function member(parent: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(parent, key) ? parent[key] : undefined;
  return isJsonObject(value) ? value : refuse('bad-payload', `payload has no object ${key}`);
}

function readName(value: Json | undefined): string {
  if (typeof value !== 'string') return refuse('bad-payload', 'docker-reference is not a text');
  const reference = readReference(value);
  if (reference.tag !== undefined || reference.digest !== undefined) {
    refuse(
      'bad-payload',
      `docker-reference ${shown(value)} has a tag or digest; wanted a plain name`,
    );
  }
  return reference.name;
}

function readReference(text: string): ReturnType<typeof parseImageReference> {
  try {
    return parseImageReference(text);
  } catch (error) {
    return refuse('bad-payload', `docker-reference does not parse: ${errorText(error)}`);
  }
}

function readDigest(value: Json | undefined): Digest {
  if (typeof value === 'string' && isDigest(value)) return value;
  return refuse('bad-payload', `docker-manifest-digest ${shown(value)} is not sha256:HEX`);
}

function shown(value: Json | undefined): string {
  return (JSON.stringify(value) ?? 'missing').slice(0, 120);
}
