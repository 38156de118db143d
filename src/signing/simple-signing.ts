/**
 * cosign's signed payload ("simple signing"): which image a signature is of. The digest is what is
 * signed; the reference in it is what the signer called the image that day, and is never trusted.
 */
import type { Digest } from '../domain/digest.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { refuse } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';

/** The media type of the payload's layer. */
export const SIMPLE_SIGNING_MEDIA_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const TYPE = 'cosign container image signature';

/** A payload, read. */
export interface SimpleSigning {
  readonly digest: string;
  /** What the signer called the image; empty where he did not say. */
  readonly reference: string;
  /** Annotations that were signed. */
  readonly optional: Json | undefined;
  readonly json: JsonObject;
}

/** Reads a payload; only after its signature was verified. Refuses one of another type. */
export function parseSimpleSigning(bytes: Uint8Array): SimpleSigning {
  const json = parseStrictJson(bytes);
  if (!isJsonObject(json)) return refuse('bad-payload', 'the signed payload is no JSON object');
  const critical = section(json, 'critical');
  if (critical['type'] !== TYPE) {
    const found = JSON.stringify(critical['type'] ?? 'none').slice(0, 80);
    refuse('payload-kind', `the signed payload is of type ${found}; wanted ${TYPE}`);
  }
  const digest = section(critical, 'image')['docker-manifest-digest'];
  const reference = section(critical, 'identity')['docker-reference'];
  return {
    digest: typeof digest === 'string' ? digest : '',
    reference: typeof reference === 'string' ? reference : '',
    optional: json['optional'],
    json,
  };
}

/** The payload that is signed for an image, as cosign writes it. */
export function createSimpleSigning(
  image: { readonly name: string; readonly digest: Digest },
  annotations: Readonly<Record<string, string>> = {},
): Uint8Array {
  const payload = {
    critical: {
      identity: { 'docker-reference': image.name },
      image: { 'docker-manifest-digest': image.digest },
      type: TYPE,
    },
    optional: Object.keys(annotations).length > 0 ? annotations : null,
  };
  return new TextEncoder().encode(JSON.stringify(payload));
}

function section(json: JsonObject, name: string): JsonObject {
  const value = Object.hasOwn(json, name) ? json[name] : undefined;
  return isJsonObject(value) ? value : {};
}
