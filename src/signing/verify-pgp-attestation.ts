/**
 * Attestations by PGP: attached and clearsigned ones, which hold the payload that they are over,
 * and detached ones over the payload beside them.
 */
import { canonicalJson } from '../domain/json.ts';
import type { Json } from '../domain/json.ts';
import { PAYLOAD_CHECKED, requirePayload } from './attested-payload.ts';
import { type KeyTrust, receivedAt, requireTrusted } from './key-trust.ts';
import { refusalOf, type VerifyEvidence } from './proof.ts';
import { readPgpKey, type PgpKey } from './read-pgp-key.ts';
import { refuse } from './refusal.ts';
import { parseStrictJson } from './strict-json.ts';
import { type PgpProof, verifyPgpSignature } from './verify-pgp.ts';

/** A signature, and the payload beside it; empty where it is inside the signature only. */
export interface SignedPayload {
  readonly signature: Uint8Array;
  readonly payload: Uint8Array;
}

const KIND = 'pgp';

/** Verifies a PGP signature of an attestation. */
export const verifyPgpAttestation: VerifyEvidence<SignedPayload, KeyTrust> = async (
  subject,
  evidence,
  trust,
) => {
  try {
    const key = await readTrusted(trust);
    const held = await verifySignature(evidence, key, trust);
    const json = requirePayload(held.payload, { name: trust.imageName, digest: subject });
    requireSameJson(evidence.payload, json);
    const standing = requireTrusted(key.fingerprint, trust);
    return {
      kind: KIND,
      grade: 'verified',
      subject,
      checked: [
        `PGP signature by ${key.fingerprint} over name and digest`,
        PAYLOAD_CHECKED,
        ...standing,
      ],
      signer: key.fingerprint,
      ...receivedAt(trust),
      ...(held.expiresAt === undefined ? {} : { validUntil: held.expiresAt }),
    };
  } catch (error) {
    return refusalOf(KIND, error, 'bad-signature');
  }
};

async function readTrusted({ key, readKey = readPgpKey }: KeyTrust): Promise<PgpKey> {
  const read = await readKey(key.asciiArmoredPgpPublicKey ?? '');
  if (read.fingerprint === key.id.toUpperCase()) return read;
  return refuse('wrong-key', `key ${key.id} of the attestor has fingerprint ${read.fingerprint}`);
}

/** Only a signature without a text of its own is taken to be over the payload beside it. */
async function verifySignature(
  { signature, payload }: SignedPayload,
  key: PgpKey,
  { now }: KeyTrust,
): Promise<PgpProof> {
  let answer = await verifyPgpSignature({ signature, key, now });
  if (!answer.ok && answer.code === 'detached-signature' && payload.length > 0) {
    answer = await verifyPgpSignature({ signature, key, now, detachedPayload: payload });
  }
  return answer.ok ? answer : refuse(answer.code, answer.reason);
}

/** gcloud sends the payload beside the signature, too: the two must not tell different stories. */
function requireSameJson(payload: Uint8Array, signed: Json): void {
  if (payload.length === 0) return;
  if (canonicalJson(parseStrictJson(payload)) === canonicalJson(signed)) return;
  refuse('bad-payload', 'serializedPayload differs from the payload that was signed');
}
