/**
 * Timestamps as sigstore packs them: a whole RFC 3161 response. The library verifies them, but
 * reads times of whole seconds and of three decimals only, while authorities may write any number
 * of them (RFC 3161, section 2.4.2; DER cuts the zeros at the end): the time is read here.
 */
import { RFC3161Timestamp } from '@sigstore/core';
import { isAssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { readTimestampInfo } from './read-timestamp-token.ts';
import { errorText, refuse } from './refusal.ts';

/** A response for the library to verify, with the exact time that it states. */
export interface SigstoreTimestamp {
  readonly response: RFC3161Timestamp;
  /** What the authority says, to the microsecond; believed once the response is verified. */
  readonly time: Micros;
}

/** Reads a response; refuses (`timestamp`) one whose parts or time cannot be read. */
export function readSigstoreTimestamp(der: Uint8Array): SigstoreTimestamp {
  try {
    const response = RFC3161Timestamp.parse(Buffer.from(der));
    const { time } = readTimestampInfo(response.tstInfo.raw);
    // What the library reads of the time is a getter of its prototype.
    const value = new Date(Math.floor(time / 1000));
    return { response: Object.defineProperty(response, 'signingTime', { value }), time };
  } catch (error) {
    if (isAssayError(error)) throw error;
    return refuse('timestamp', `the signed timestamp cannot be read: ${errorText(error)}`);
  }
}
