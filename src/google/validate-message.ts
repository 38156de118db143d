/** validateAttestationOccurrence on Google's wire: what is asked, and the two answers. */
import type { JsonObject } from '../domain/json.ts';
import { BINAUTHZ_TABLES, VALIDATE_REQUEST } from './binauthz-table.ts';
import type { ApiVersion } from './methods.ts';
import type { OccurrenceBody } from './occurrence-message.ts';
import { occurrenceFromJson } from './occurrence-message.ts';
import { readMessage } from './read-message.ts';

/**
 * Reads a request as the attestation occurrence that it asks about. Every version has v1's shape.
 */
export function validateRequestFromJson(version: ApiVersion, json: unknown): OccurrenceBody {
  const table = BINAUTHZ_TABLES[version];
  const message = readMessage(json, { table, type: VALIDATE_REQUEST, root: 'request' });
  const { attestation, occurrenceNote: noteName, occurrenceResourceUri: resourceUri } = message;
  return occurrenceFromJson('v1', { attestation, noteName, resourceUri });
}

/** Prints the answer: verified, or not with the reason. Both are HTTP 200. */
export function validateAnswerToJson(denialReason: string | undefined): JsonObject {
  return denialReason === undefined
    ? { result: 'VERIFIED' }
    : { result: 'ATTESTATION_NOT_VERIFIABLE', denialReason };
}
