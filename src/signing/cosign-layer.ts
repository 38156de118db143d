/**
 * Layers of cosign's classic manifests (tags `sha256-….sig` and `.att`): the layer's bytes are what
 * is signed or an envelope of it, everything else is in annotations that nobody signed.
 */
import type { TransparencyLogEntry } from '@sigstore/bundle';
import { decodeBase64 } from '../domain/base64.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { logEntryKind } from './log-entry-binding.ts';
import { errorText, refuse } from './refusal.ts';
import { parseStrictJson, type StrictJsonLimits } from './strict-json.ts';

/** A layer of a manifest that is attached to an image; its bytes were hashed by whoever read it. */
export interface CosignLayer {
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** cosign's annotations of a layer. */
export const COSIGN_ANNOTATIONS = {
  signature: 'dev.cosignproject.cosign/signature',
  certificate: 'dev.sigstore.cosign/certificate',
  bundle: 'dev.sigstore.cosign/bundle',
  timestamp: 'dev.sigstore.cosign/rfc3161timestamp',
} as const;

/** What of the annotations goes into a {@link SignedMaterial}. */
export interface LayerMaterial {
  readonly certificate?: Uint8Array;
  readonly logEntries: readonly TransparencyLogEntry[];
  readonly timestamps: readonly Uint8Array[];
}

const LIMITS: StrictJsonLimits = { bytes: 1024 * 1024, depth: 16, containers: 1000 };
const MAX_SIGNATURE = 8192;
const PEM = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/;

/** The base64 signature of a layer; refuses a layer without one. */
export function layerSignature({ annotations }: CosignLayer): Uint8Array {
  const text = annotationOf(annotations, 'signature');
  if (text === undefined || text === '') {
    return refuse('no-signature', `the layer has no ${COSIGN_ANNOTATIONS.signature}`);
  }
  if (text.length > MAX_SIGNATURE) return refuse('too-large', 'the signature is too long');
  return decodeBase64(text);
}

/** Certificate, log entry and timestamp of a layer; each is refused if it cannot be read. */
export function layerMaterial({ annotations }: CosignLayer): LayerMaterial {
  const certificate = annotationOf(annotations, 'certificate');
  const bundle = annotationOf(annotations, 'bundle');
  const timestamp = annotationOf(annotations, 'timestamp');
  return {
    ...(certificate ? { certificate: readPem(certificate) } : {}),
    logEntries: bundle ? [readLogEntry(bundle)] : [],
    timestamps: timestamp ? [readTimestamp(timestamp)] : [],
  };
}

function annotationOf(
  annotations: Readonly<Record<string, string>>,
  name: keyof typeof COSIGN_ANNOTATIONS,
): string | undefined {
  const key = COSIGN_ANNOTATIONS[name];
  return Object.hasOwn(annotations, key) ? annotations[key] : undefined;
}

function readPem(text: string): Uint8Array {
  const body = PEM.exec(text)?.[1];
  if (body === undefined) return refuse('certificate', 'wanted exactly one PEM certificate');
  return decodeBase64(body.replaceAll(/\s+/g, ''));
}

function readJson(text: string, what: string): JsonObject {
  const json = parseStrictJson(Buffer.from(text), LIMITS);
  return isJsonObject(json) ? json : refuse('bad-structure', `${what} is no JSON object`);
}

function readTimestamp(text: string): Uint8Array {
  const { SignedRFC3161Timestamp: signed } = readJson(text, 'the timestamp annotation');
  if (typeof signed === 'string') return decodeBase64(signed);
  return refuse('timestamp', 'the timestamp annotation has no SignedRFC3161Timestamp');
}

/** Rekor's offline bundle: an entry and the log's promise for it, over body, time, index, log. */
function readLogEntry(text: string): TransparencyLogEntry {
  const { SignedEntryTimestamp: promise, Payload: payload } = readJson(text, 'the log annotation');
  const { body, integratedTime, logIndex, logID } = isJsonObject(payload) ? payload : {};
  if (typeof promise !== 'string' || typeof body !== 'string' || typeof logID !== 'string') {
    return refuse('log-entry', 'the log annotation lacks its promise, body or log');
  }
  const time = wholeNumber(integratedTime);
  const index = wholeNumber(logIndex);
  try {
    const canonicalizedBody = Buffer.from(decodeBase64(body));
    return {
      logIndex: index,
      logId: { keyId: Buffer.from(logID, 'hex') },
      kindVersion: logEntryKind(canonicalizedBody),
      integratedTime: time,
      inclusionPromise: { signedEntryTimestamp: Buffer.from(decodeBase64(promise)) },
      inclusionProof: undefined,
      canonicalizedBody,
    };
  } catch (error) {
    return refuse('log-entry', `the log annotation cannot be read: ${errorText(error)}`);
  }
}

function wholeNumber(value: Json | undefined): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return refuse('log-entry', 'the log annotation lacks its time or index');
}
