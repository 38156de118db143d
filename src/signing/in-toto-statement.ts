/**
 * in-toto statements (attestation 0.1 and 1): what a signed statement is about, and what it says.
 * The predicate's type must be the one asked for: a statement of any other kind says nothing to the
 * question (GHSA-vjxv-45g9-9296), and a subject without a digest binds nothing.
 */
import { type Digest, digestAlgorithm } from '../domain/digest.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { refuse } from './refusal.ts';
import { parseStrictJson, type StrictJsonLimits } from './strict-json.ts';

/** The media type of a statement in an envelope. */
export const STATEMENT_MEDIA_TYPE = 'application/vnd.in-toto+json';

/** The predicate that cosign signs where only an image is signed. */
export const SIGNATURE_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';

/** Short names of predicates, as cosign's `--type` has them. */
export const PREDICATE_TYPES: Readonly<Record<string, string>> = {
  slsaprovenance: 'https://slsa.dev/provenance/v0.2',
  slsaprovenance02: 'https://slsa.dev/provenance/v0.2',
  slsaprovenance1: 'https://slsa.dev/provenance/v1',
  spdx: 'https://spdx.dev/Document',
  spdxjson: 'https://spdx.dev/Document',
  cyclonedx: 'https://cyclonedx.org/bom',
  vuln: 'https://cosign.sigstore.dev/attestation/vuln/v1',
  openvex: 'https://openvex.dev/ns',
  link: 'https://in-toto.io/Link/v1',
  custom: 'https://cosign.sigstore.dev/attestation/v1',
};

const STATEMENT_TYPES: ReadonlySet<Json | undefined> = new Set([
  'https://in-toto.io/Statement/v0.1',
  'https://in-toto.io/Statement/v1',
]);
/** As GHSA-cq38-jh5f-37mq settled it. */
const MAX_SUBJECTS = 1024;
/** SBOMs are statements too. */
const LIMITS: StrictJsonLimits = { bytes: 16 * 1024 * 1024, depth: 64, containers: 500_000 };

/** The type that a short name means; what is an URI already stays. Refuses other words. */
export function predicateTypeOf(name: string): string {
  const known = Object.hasOwn(PREDICATE_TYPES, name) ? PREDICATE_TYPES[name] : undefined;
  if (known !== undefined) return known;
  if (/^https?:\/\/\S{1,250}$/.test(name)) return name;
  const names = Object.keys(PREDICATE_TYPES).join(', ');
  return refuse('predicate-type', `${JSON.stringify(name.slice(0, 60))} is no URI, nor: ${names}`);
}

/** Reads the signed payload of an envelope; only after its signature was verified. */
export function parseStatement(payloadType: string, payload: Uint8Array): JsonObject {
  if (payloadType !== STATEMENT_MEDIA_TYPE) {
    const found = JSON.stringify(payloadType.slice(0, 80));
    refuse('payload-type', `the envelope holds ${found}; wanted ${STATEMENT_MEDIA_TYPE}`);
  }
  const json = parseStrictJson(payload, LIMITS);
  if (isJsonObject(json) && STATEMENT_TYPES.has(json['_type'])) return json;
  return refuse('payload-type', 'the payload is no in-toto statement of version 0.1 or 1');
}

/** Refuses a statement of another type than the one asked for. */
export function requirePredicateType({ predicateType }: JsonObject, wanted: string): void {
  if (predicateType === wanted) return;
  const found = JSON.stringify(predicateType ?? 'none').slice(0, 120);
  refuse('predicate-type', `the statement's predicate is ${found}; wanted ${wanted}`);
}

/** The subject with this digest; refuses a statement that has none. Names are only reported. */
export function requireSubjectDigest({ subject }: JsonObject, digest: Digest): JsonObject {
  if (!Array.isArray(subject) || subject.length === 0 || subject.length > MAX_SUBJECTS) {
    return refuse('bad-payload', `the statement needs 1 to ${MAX_SUBJECTS} subjects`);
  }
  const found = subject.find((one: Json) => hasDigest(one, digest)) as JsonObject | undefined;
  if (found !== undefined) return found;
  const about = JSON.stringify(subject.slice(0, 2)).slice(0, 200);
  return refuse('payload-digest', `no subject of the statement is ${digest}; found ${about}`);
}

/** Refuses annotations that lack one of the wanted, or have another value for it. */
export function requireAnnotations(
  found: Json | undefined,
  wanted: Readonly<Record<string, string>> = {},
): void {
  for (const [name, value] of Object.entries(wanted)) {
    const has = isJsonObject(found) && Object.hasOwn(found, name) ? found[name] : undefined;
    if (has === value) continue;
    const is = has === undefined ? 'not there' : JSON.stringify(has).slice(0, 100);
    refuse('annotation', `the signed annotation ${name} is ${is}; wanted ${JSON.stringify(value)}`);
  }
}

/** The digest by the algorithm that was asked; others say nothing about it. */
function hasDigest(subject: Json, wanted: Digest): boolean {
  const { digest } = isJsonObject(subject) ? subject : {};
  const algorithm = digestAlgorithm(wanted);
  const hex = wanted.slice(algorithm.length + 1);
  return isJsonObject(digest) && Object.hasOwn(digest, algorithm) && digest[algorithm] === hex;
}
