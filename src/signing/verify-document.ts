/**
 * From bytes as they came to a document that one of some keys signed: a DSSE envelope, a detached
 * PKIX or PGP signature, or a PGP message with the document inside. The bytes that a signature is
 * over are the bytes that are given back, and nobody parses any other.
 */
import type { AttestorKey } from '../domain/attestor.ts';
import { decodeBase64 } from '../domain/base64.ts';
import type { Micros } from '../domain/time.ts';
import { isDsseEnvelope, openDsseEnvelope } from './dsse-envelope.ts';
import { readPgpKey } from './read-pgp-key.ts';
import { errorText, refuse, toRefusal, type Refusal } from './refusal.ts';
import { parseStrictJson, type StrictJsonLimits } from './strict-json.ts';
import { verifyPgpSignature } from './verify-pgp.ts';
import { readPkixKey, verifyPkixSignature } from './verify-pkix.ts';

/** How a document was signed. */
export type SignatureForm = 'dsse' | 'pkix' | 'pgp-detached' | 'pgp-message';

/** A document's signature holds: what was signed, by which key, and for how long it does. */
export interface DocumentProof {
  readonly ok: true;
  readonly form: SignatureForm;
  readonly payload: Uint8Array;
  /** Of an envelope. */
  readonly payloadType?: string;
  readonly keyId: string;
  /** When signature or key expires, if it does. */
  readonly expiresAt?: Micros;
}

/** What is asked: did one of these keys sign this? */
export interface DocumentQuestion {
  readonly document: Uint8Array;
  /** A signature that came in a file of its own: base64 or raw PKIX, armored or binary PGP. */
  readonly signature?: Uint8Array;
  readonly keys: readonly AttestorKey[];
  readonly now: Micros;
  /** What of an envelope's JSON is read. */
  readonly limits: StrictJsonLimits;
}

interface PkixSigned {
  readonly kind: 'pkix';
  readonly form: 'dsse' | 'pkix';
  readonly payload: Uint8Array;
  readonly payloadType?: string;
  readonly signed: Uint8Array;
  readonly signatures: readonly Uint8Array[];
}

interface PgpSigned {
  readonly kind: 'pgp';
  readonly signature: Uint8Array;
  readonly detachedPayload?: Uint8Array;
}

type Signed = PkixSigned | PgpSigned;

/** Verifies a document; what is wrong with it is a value. The first key whose signature holds. */
export async function verifyDocument(question: DocumentQuestion): Promise<DocumentProof | Refusal> {
  try {
    let last: Refusal | undefined;
    for (const signed of openDocument(question)) {
      const proof = await verifySigned(signed, question);
      if (proof.ok) return proof;
      last = proof;
    }
    return last ?? refuse('bad-structure', 'no signature was found');
  } catch (error) {
    return toRefusal(error, 'bad-signature');
  }
}

function verifySigned(
  signed: Signed,
  question: DocumentQuestion,
): Promise<DocumentProof | Refusal> | DocumentProof | Refusal {
  return signed.kind === 'pgp' ? verifyPgp(signed, question) : verifyPkix(signed, question);
}

/** The readings of what was handed in; a binary signature may be of either kind. */
function openDocument({ document, signature, limits }: DocumentQuestion): readonly Signed[] {
  if (signature !== undefined) return openDetached(document, signature);
  if (isPgp(document)) return [{ kind: 'pgp', signature: document }];
  const json = parseStrictJson(document, limits);
  if (isDsseEnvelope(json)) return [{ kind: 'pkix', form: 'dsse', ...openDsseEnvelope(json) }];
  return refuse('bad-structure', 'the document is not signed');
}

function openDetached(document: Uint8Array, signature: Uint8Array): readonly Signed[] {
  const pgp: PgpSigned = { kind: 'pgp', signature, detachedPayload: document };
  if (isArmored(signature)) return [pgp];
  const raw = base64Bytes(signature) ?? signature;
  const pkix: PkixSigned = {
    kind: 'pkix',
    form: 'pkix',
    payload: document,
    signed: document,
    signatures: [raw],
  };
  return raw === signature && isPgp(signature) ? [pgp, pkix] : [pkix];
}

function isPgp(bytes: Uint8Array): boolean {
  return isArmored(bytes) || (((bytes[0] ?? 0) & 0x80) !== 0 && bytes[0] !== 0xef);
}

function isArmored(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 64))
    .toString('latin1')
    .trimStart()
    .startsWith('-----BEGIN PGP ');
}

/** The bytes of a text that is base64 and nothing else, in lines or in one. */
function base64Bytes(bytes: Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('latin1').replaceAll(/\s+/g, '');
  return /^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(text) ? decodeBase64(text) : undefined;
}

function verifyPkix(signed: PkixSigned, { keys }: DocumentQuestion): DocumentProof | Refusal {
  const { form, payload, payloadType } = signed;
  for (const key of keys) {
    if (key.pkixPublicKey === undefined) continue;
    const { publicKeyPem, signatureAlgorithm } = key.pkixPublicKey;
    const read = readPkixKey(publicKeyPem, signatureAlgorithm);
    const holds = signed.signatures.some(
      (signature) => verifyPkixSignature({ key: read, payload: signed.signed, signature }).ok,
    );
    if (!holds) continue;
    const proof = { ok: true, form, payload, keyId: key.id } as const;
    return payloadType === undefined ? proof : { ...proof, payloadType };
  }
  const reason = 'the signature is of none of the keys, or over other bytes';
  return { ok: false, code: 'bad-signature', reason };
}

/** The refusal of the key that the signature names goes before those of the others. */
async function verifyPgp(
  signed: PgpSigned,
  { keys, now }: DocumentQuestion,
): Promise<DocumentProof | Refusal> {
  let last: Refusal = { ok: false, code: 'wrong-key', reason: 'the signature is of no known key' };
  for (const { id, asciiArmoredPgpPublicKey: armored } of keys) {
    if (armored === undefined) continue;
    const proof = await verifyWith(armored, signed, now);
    if (proof.ok) return { ...proof, keyId: id };
    if (proof.code !== 'wrong-key') last = proof;
  }
  return last;
}

async function verifyWith(
  armored: string,
  { signature, detachedPayload }: PgpSigned,
  now: Micros,
): Promise<Omit<DocumentProof, 'keyId'> | Refusal> {
  try {
    const key = await readPgpKey(armored);
    const question = { signature, key, now };
    const proof = await verifyPgpSignature(
      detachedPayload === undefined ? question : { ...question, detachedPayload },
    );
    if (!proof.ok) return proof;
    const { payload, expiresAt } = proof;
    const form = detachedPayload === undefined ? 'pgp-message' : 'pgp-detached';
    const held = { ok: true, form, payload } as const;
    return expiresAt === undefined ? held : { ...held, expiresAt };
  } catch (error) {
    return { ok: false, code: 'bad-key', reason: errorText(error) };
  }
}
