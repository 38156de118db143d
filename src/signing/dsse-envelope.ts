/** DSSE envelopes (Dead Simple Signing Envelope 1.0.2): what is signed, and by which signatures. */
import { decodeBase64 } from '../domain/base64.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import { refuse } from './refusal.ts';

/** An envelope taken apart; nothing of it is verified yet. */
export interface DsseEnvelope {
  readonly payloadType: string;
  readonly payload: Uint8Array;
  /** What the signatures are over: the pre-authentication encoding of type and payload. */
  readonly signed: Uint8Array;
  readonly signatures: readonly Uint8Array[];
  /** Which key each signature means to be of, empty where it does not say; nobody signed this. */
  readonly keyIds: readonly string[];
}

const MAX_SIGNATURES = 16;
const MAX_TYPE = 256;

/** Tells whether a value means to be an envelope. */
export function isDsseEnvelope(json: Json): boolean {
  return isJsonObject(json) && json['payloadType'] !== undefined && json['payload'] !== undefined;
}

/** Takes an envelope apart; refuses one without a signature, and more than 16. */
export function openDsseEnvelope(json: Json): DsseEnvelope {
  const { payloadType, payload, signatures } = isJsonObject(json) ? json : {};
  if (typeof payloadType !== 'string' || payloadType.length > MAX_TYPE) {
    return refuse('bad-structure', 'the DSSE envelope has no payloadType');
  }
  if (typeof payload !== 'string') {
    return refuse('bad-structure', 'the DSSE envelope has no payload in base64');
  }
  if (!Array.isArray(signatures) || signatures.length === 0 || signatures.length > MAX_SIGNATURES) {
    return refuse('bad-structure', `the DSSE envelope needs 1 to ${MAX_SIGNATURES} signatures`);
  }
  const bytes = decodeBase64(payload);
  return {
    payloadType,
    payload: bytes,
    signed: preAuthenticationEncoding(payloadType, bytes),
    signatures: signatures.map(readSignature),
    keyIds: signatures.map(readKeyId),
  };
}

function readSignature(value: Json): Uint8Array {
  const { sig } = isJsonObject(value) ? value : {};
  if (typeof sig === 'string') return decodeBase64(sig);
  return refuse('bad-structure', 'a signature of the DSSE envelope has no sig in base64');
}

function readKeyId(value: Json): string {
  const { keyid } = isJsonObject(value) ? value : {};
  return typeof keyid === 'string' ? keyid : '';
}

/** `DSSEv1 LEN(type) type LEN(payload) payload`, lengths in bytes. */
export function preAuthenticationEncoding(type: string, payload: Uint8Array): Uint8Array {
  const head = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
  return Uint8Array.from(Buffer.concat([Buffer.from(head), payload]));
}
