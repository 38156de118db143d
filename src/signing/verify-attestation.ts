/**
 * From an attestation occurrence to an answer: does it prove that this attestor vouches for this
 * image? The name and digest asked about come from the caller; an occurrence only ever confirms.
 */
import { decodeBase64 } from '../domain/base64.ts';
import type { Attestor, AttestorKey } from '../domain/attestor.ts';
import type { Digest } from '../domain/digest.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { canonicalJson, isJsonObject } from '../domain/json.ts';
import type { Json } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import type { Micros } from '../domain/time.ts';
import type { AttestationCheck } from '../domain/verdict.ts';
import { readPgpKey } from './read-pgp-key.ts';
import type { PgpKey } from './read-pgp-key.ts';
import { sameKeyId } from './key-id.ts';
import { errorText, refuse, toRefusal } from './refusal.ts';
import { parseSignaturePayload } from './signature-payload.ts';
import { parseStrictJson } from './strict-json.ts';
import { verifyPgpSignature } from './verify-pgp.ts';
import { readPkixKey, verifyPkixSignature } from './verify-pkix.ts';

/** What is asked: does this occurrence prove that this attestor vouches for this image? */
export interface AttestationQuestion {
  readonly occurrence: Occurrence;
  readonly attestor: Attestor;
  /** `name` is normalised, without tag and digest. */
  readonly image: { readonly name: string; readonly digest: Digest };
  readonly now: Micros;
  /** Reads an armored key; hand in one that remembers. Default: {@link readPgpKey}. */
  readonly readKey?: (armored: string) => Promise<PgpKey>;
  /** Told of each time at which a signature that verifies now will cease to. */
  readonly onExpiry?: (expiresAt: Micros) => void;
}

interface Signature {
  readonly signature: string;
  readonly publicKeyId: string;
}

interface Attestation {
  /** Empty where the payload is inside the signature only. */
  readonly payload: Uint8Array;
  readonly signatures: readonly Signature[];
}

/** More signatures than this in one occurrence are refused unread. */
const MAX_SIGNATURES = 32;

/**
 * Checks the signatures of an attestation up to the first that verifies: one answer each, none
 * thrown. An occurrence that does
 * not concern the attestor's note or the image, or holds no signature, gets one refusal.
 */
export async function verifyAttestation(
  question: AttestationQuestion,
): Promise<AttestationCheck[]> {
  try {
    const attestation = readAttestation(question);
    const checks: AttestationCheck[] = [];
    for (const one of attestation.signatures) {
      const check = await checkSignature(one, attestation, question);
      checks.push(check);
      if (check.result === 'verified') break;
    }
    return checks;
  } catch (error) {
    return [
      answer(question, '', { result: 'refused', reason: toRefusal(error, 'bad-payload').reason }),
    ];
  }
}

function answer(
  question: AttestationQuestion,
  publicKeyId: string,
  outcome: Pick<AttestationCheck, 'result' | 'reason'>,
): AttestationCheck {
  return { occurrence: question.occurrence.name, publicKeyId, ...outcome };
}

function readAttestation({ occurrence, attestor, image }: AttestationQuestion): Attestation {
  if (occurrence.kind !== 'ATTESTATION') {
    refuse('bad-structure', `occurrence is of kind ${occurrence.kind}; wanted ATTESTATION`);
  }
  if (occurrence.noteName !== attestor.noteReference) {
    refuse('bad-structure', `its note is ${occurrence.noteName}; wanted ${attestor.noteReference}`);
  }
  requireResource(occurrence.resourceUri, image);
  const payload = readBytes(occurrence.detail['serializedPayload'], 'serializedPayload');
  return { payload, signatures: readSignatures(occurrence.detail['signatures']) };
}

function requireResource(uri: string, image: AttestationQuestion['image']): void {
  const reference = parseImageReference(uri.replace(/^https?:\/\//i, ''));
  if (reference.name === image.name && reference.digest === image.digest) return;
  refuse('bad-structure', `it is about ${uri.slice(0, 300)}; wanted ${image.name}@${image.digest}`);
}

function readSignatures(value: Json | undefined): Signature[] {
  if (!Array.isArray(value) || value.length === 0) {
    return refuse('bad-structure', 'attestation has no signatures');
  }
  if (value.length > MAX_SIGNATURES) {
    refuse('too-large', `attestation has ${value.length} signatures; at most ${MAX_SIGNATURES}`);
  }
  return value.map((item: Json) => {
    const { signature, publicKeyId } = isJsonObject(item) ? item : {};
    return {
      signature: typeof signature === 'string' ? signature : '',
      publicKeyId: typeof publicKeyId === 'string' ? publicKeyId : '',
    };
  });
}

function readBytes(value: Json | undefined, what: string): Uint8Array {
  if (value === undefined || value === null) return new Uint8Array();
  if (typeof value !== 'string') return refuse('bad-encoding', `${what} is not a base64 text`);
  try {
    return decodeBase64(value);
  } catch (error) {
    return refuse('bad-encoding', `${what}: ${errorText(error)}`);
  }
}

/** Any of the keys under the id may verify; the refusal is the last one's. */
async function checkSignature(
  one: Signature,
  attestation: Attestation,
  question: AttestationQuestion,
): Promise<AttestationCheck> {
  const keys = question.attestor.publicKeys.filter((key) => sameKeyId(key, one.publicKeyId));
  const id = one.publicKeyId.slice(0, 300);
  let last: Pick<AttestationCheck, 'result' | 'reason'> = {
    result: 'refused',
    reason: `unknown key ${JSON.stringify(id)}: ${question.attestor.name} has no key of that id`,
  };
  for (const key of keys) {
    last = await tryKey(key, { one, attestation, question });
    if (last.result === 'verified') break;
  }
  return answer(question, id, last);
}

interface Attempt {
  readonly one: Signature;
  readonly attestation: Attestation;
  readonly question: AttestationQuestion;
}

async function tryKey(
  key: AttestorKey,
  attempt: Attempt,
): Promise<Pick<AttestationCheck, 'result' | 'reason'>> {
  try {
    if (key.asciiArmoredPgpPublicKey !== undefined) {
      return await tryPgp(key.id, key.asciiArmoredPgpPublicKey, attempt);
    }
    if (key.pkixPublicKey !== undefined) return tryPkix(key.pkixPublicKey, attempt);
    return { result: 'undecided', reason: `key ${key.id} is of a kind that is not supported` };
  } catch (error) {
    return { result: 'refused', reason: toRefusal(error, 'bad-signature').reason };
  }
}

async function tryPgp(
  id: string,
  armored: string,
  { one, attestation, question }: Attempt,
): Promise<Pick<AttestationCheck, 'result' | 'reason'>> {
  const key = await (question.readKey ?? readPgpKey)(armored);
  if (key.fingerprint !== id.toUpperCase()) {
    refuse('wrong-key', `key ${id} of the attestor has the fingerprint ${key.fingerprint}`);
  }
  const signature = readBytes(one.signature, 'signature');
  const proof = await verifyPgpSignature({ signature, key, now: question.now });
  if (!proof.ok) return { result: 'refused', reason: proof.reason };
  if (proof.expiresAt !== undefined) question.onExpiry?.(proof.expiresAt);
  const json = requirePayload(proof.payload, question);
  requireSameJson(attestation.payload, json);
  return { result: 'verified', reason: `PGP signature by ${key.fingerprint} over name and digest` };
}

function tryPkix(
  pkix: NonNullable<AttestorKey['pkixPublicKey']>,
  { one, attestation, question }: Attempt,
): Pick<AttestationCheck, 'result' | 'reason'> {
  const key = readPkixKey(pkix.publicKeyPem, pkix.signatureAlgorithm);
  const signature = readBytes(one.signature, 'signature');
  const { payload } = attestation;
  const proof = verifyPkixSignature({ key, payload, signature });
  if (!proof.ok) return { result: 'refused', reason: proof.reason };
  requirePayload(payload, question);
  return {
    result: 'verified',
    reason: `${pkix.signatureAlgorithm} signature over name and digest`,
  };
}

/** Reads signed bytes, and only signed bytes: name and digest must be those asked about. */
function requirePayload(bytes: Uint8Array, { image }: AttestationQuestion): Json {
  const payload = parseSignaturePayload(bytes);
  if (payload.dockerReference !== image.name) {
    refuse('bad-payload', `signed for the name ${payload.dockerReference}; wanted ${image.name}`);
  }
  if (payload.digest !== image.digest) {
    refuse('bad-payload', `signed for the digest ${payload.digest}; wanted ${image.digest}`);
  }
  return payload.json;
}

/** gcloud sends the payload beside the signature, too: the two must not tell different stories. */
function requireSameJson(payload: Uint8Array, signed: Json): void {
  if (payload.length === 0) return;
  if (canonicalJson(parseStrictJson(payload)) === canonicalJson(signed)) return;
  refuse('bad-payload', 'serializedPayload differs from the payload that was signed');
}
