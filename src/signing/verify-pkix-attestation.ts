/** Attestations by PKIX keys: a raw signature over the very bytes of the serialized payload. */
import type { AttestorKey } from '../domain/attestor.ts';
import { PAYLOAD_CHECKED, requirePayload } from './attested-payload.ts';
import { type KeyTrust, receivedAt, requireTrusted } from './key-trust.ts';
import { knownPkixKey } from './pkix-key-memory.ts';
import { refusalOf, type VerifyEvidence } from './proof.ts';
import { refuse } from './refusal.ts';
import type { SignedPayload } from './verify-pgp-attestation.ts';
import { type PkixKey, verifyPkixSignature } from './verify-pkix.ts';

const KIND = 'pkix';

/** Verifies a PKIX signature of an attestation. */
export const verifyPkixAttestation: VerifyEvidence<SignedPayload, KeyTrust> = async (
  subject,
  { signature, payload },
  trust,
) => {
  try {
    const { algorithm, key } = trustedPkixKey(trust.key);
    const answer = verifyPkixSignature({ key, payload, signature });
    if (!answer.ok) return refuse(answer.code, answer.reason);
    requirePayload(payload, { name: trust.imageName, digest: subject });
    const standing = requireTrusted(key.id, trust);
    return {
      kind: KIND,
      grade: 'verified',
      subject,
      checked: [
        `${algorithm} signature by ${key.id} over name and digest`,
        PAYLOAD_CHECKED,
        ...standing,
      ],
      signer: key.id,
      ...receivedAt(trust),
    };
  } catch (error) {
    return refusalOf(KIND, error, 'bad-signature');
  }
};

/** An attestor's PKIX key, parsed; refuses one of another kind. */
export function trustedPkixKey({ id, pkixPublicKey: pkix }: AttestorKey): {
  readonly algorithm: string;
  readonly key: PkixKey;
} {
  if (pkix === undefined) return refuse('unsupported', `key ${id} is no PKIX key`);
  const { publicKeyPem, signatureAlgorithm: algorithm } = pkix;
  return { algorithm, key: knownPkixKey(publicKeyPem, algorithm) };
}
