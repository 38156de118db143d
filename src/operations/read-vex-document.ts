/** From the very bytes that were signed to a VEX document: strictly, within caps, of no future. */
import { AssayError } from '../domain/error.ts';
import { formatTime, type Micros, SECOND } from '../domain/time.ts';
import type { VexDocument } from '../domain/vex-document.ts';
import { parseVex } from '../scanner/advisories/parse-vex.ts';
import { isAttestation, unwrapAttestation } from '../scanner/advisories/unwrap-attestation.ts';
import { parseStrictJson, type StrictJsonLimits } from '../signing/strict-json.ts';

/** What of a document is read: 5 MiB, so that it fits into a request as base64. */
export const VEX_JSON_LIMITS: StrictJsonLimits = {
  bytes: 5 * 1024 * 1024,
  depth: 64,
  containers: 400_000,
};

/** How far ahead of our clock a document may be dated. */
const LEEWAY: Micros = 300 * SECOND;

const IN_TOTO = 'application/vnd.in-toto+json';
/** Types of an envelope's payload that are a VEX document itself. */
const PLAIN = /^(?:application|text)\/(?:[a-z0-9.]+\+)?json$/;

/** Signed bytes, and of an envelope what it says that they are. */
export interface SignedPayload {
  readonly payload: Uint8Array;
  readonly payloadType?: string;
}

/** Reads a document; refuses one that is dated in the future, since it would win for ever. */
export function readVexDocument(signed: SignedPayload, now: Micros): VexDocument {
  const json = parseStrictJson(signed.payload, VEX_JSON_LIMITS);
  const document = isWrapped(signed, json) ? unwrapAttestation(json) : parseVex(json);
  const latest = document.statements.reduce(
    (most, { time }) => Math.max(most, time),
    document.time,
  );
  if (latest <= now + LEEWAY) return document;
  throw new AssayError(
    'invalid-advisory',
    `the document is dated ${formatTime(latest)}, which is yet to come; check the clocks here ` +
      'and of its author',
  );
}

/** The envelope's type and what is inside must agree: one is signed as what it is read as. */
function isWrapped({ payloadType }: SignedPayload, json: unknown): boolean {
  const wrapped = isAttestation(json);
  if (payloadType === undefined) return wrapped;
  if (wrapped ? payloadType === IN_TOTO : PLAIN.test(payloadType)) return wrapped;
  throw new AssayError(
    'invalid-advisory',
    `the envelope's payloadType is ${JSON.stringify(payloadType.slice(0, 100))}; wanted is ` +
      `${IN_TOTO} for an in-toto statement, or a JSON type for a VEX document`,
  );
}
