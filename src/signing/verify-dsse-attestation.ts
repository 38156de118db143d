/**
 * Attestations as DSSE envelopes over in-toto statements (DSSE 1.0.2, in-toto attestation 0.1 and
 * 1): the signature is over the envelope's type and bytes, the statement lists what it is about.
 */
import type { Digest } from '../domain/digest.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { type DsseEnvelope, openDsseEnvelope } from './dsse-envelope.ts';
import { parseStatement } from './in-toto-statement.ts';
import { type KeyTrust, receivedAt, requireTrusted } from './key-trust.ts';
import { refusalOf, type VerifyEvidence } from './proof.ts';
import { refuse } from './refusal.ts';
import { trustedPkixKey } from './verify-pkix-attestation.ts';
import { type PkixKey, verifyPkixSignature } from './verify-pkix.ts';

const KIND = 'dsse';
const MAX_SUBJECTS = 1024;

/** Verifies an envelope: one of its signatures must be of the key. */
export const verifyDsseAttestation: VerifyEvidence<Json, KeyTrust> = async (
  subject,
  evidence,
  trust,
) => {
  try {
    const { algorithm, key } = trustedPkixKey(trust.key);
    const envelope = openDsseEnvelope(evidence);
    requireSignature(envelope, key);
    const statement = parseStatement(envelope.payloadType, envelope.payload);
    requireSubject(statement, trust.imageName, subject);
    const standing = requireTrusted(key.id, trust);
    return {
      kind: KIND,
      grade: 'verified',
      subject,
      checked: [
        `${algorithm} signature by ${key.id} over the envelope's type and bytes`,
        'a subject of the signed statement is this image with this digest',
        ...standing,
      ],
      signer: key.id,
      statement,
      ...receivedAt(trust),
    };
  } catch (error) {
    return refusalOf(KIND, error, 'bad-signature');
  }
};

function requireSignature({ signed, signatures }: DsseEnvelope, key: PkixKey): void {
  const payload = signed;
  if (signatures.some((signature) => verifyPkixSignature({ key, payload, signature }).ok)) return;
  refuse('bad-signature', `no signature of the envelope is of ${key.id} over its type and bytes`);
}

/** A name may be a subject's with another digest, and a digest one with another name: both fail. */
function requireSubject(statement: JsonObject, name: string, digest: Digest): void {
  const { subject } = statement;
  if (!Array.isArray(subject) || subject.length === 0 || subject.length > MAX_SUBJECTS) {
    return refuse('bad-payload', `the statement needs 1 to ${MAX_SUBJECTS} subjects`);
  }
  const named = subject.filter((one: Json) => nameOf(one, digest) === name);
  if (named.length === 0) refuse('payload-name', `no subject of the statement is ${name}`);
  if (named.some((one: Json) => hasDigest(one, digest))) return;
  refuse('payload-digest', `the subject ${name} of the statement has another digest`);
}

/** The image that a subject names, with or without scheme and digest; never by a tag. */
function nameOf(subject: Json, digest: Digest): string | undefined {
  const { name } = isJsonObject(subject) ? subject : {};
  if (typeof name !== 'string') return undefined;
  try {
    const found = parseImageReference(name.replace(/^https?:\/\//i, ''));
    if (found.tag !== undefined) return undefined;
    return found.digest === undefined || found.digest === digest ? found.name : undefined;
  } catch {
    return undefined;
  }
}

function hasDigest(subject: Json, wanted: Digest): boolean {
  const { digest } = isJsonObject(subject) ? subject : {};
  const [algorithm = '', hex] = wanted.split(':');
  return isJsonObject(digest) && Object.hasOwn(digest, algorithm) && digest[algorithm] === hex;
}
