/**
 * The type that a statement says that it has, before anything of it is verified: only to ask the
 * verifier for that very type, or to tell people what lies there unverified.
 */
import { isJsonObject, type Json } from '../domain/json.ts';
import { isDsseEnvelope, openDsseEnvelope } from './dsse-envelope.ts';
import { parseStrictJson, type StrictJsonLimits } from './strict-json.ts';

const LIMITS: StrictJsonLimits = { bytes: 32 * 1024 * 1024, depth: 64, containers: 500_000 };
const TYPE = /^https?:\/\/[\x21-\x7e]{1,250}$/;

/** The predicate type in an envelope, or in a bundle with one; undefined where there is none. */
export function peekPredicateType(bytes: Uint8Array): string | undefined {
  try {
    const outer = parseStrictJson(bytes, LIMITS);
    const json = isJsonObject(outer) ? (outer['dsseEnvelope'] ?? outer) : outer;
    if (!isDsseEnvelope(json)) return undefined;
    return typeOf(parseStrictJson(openDsseEnvelope(json).payload, LIMITS));
  } catch {
    return undefined;
  }
}

function typeOf(statement: Json): string | undefined {
  const type = isJsonObject(statement) ? statement['predicateType'] : undefined;
  return typeof type === 'string' && TYPE.test(type) ? type : undefined;
}
