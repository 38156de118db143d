/**
 * An attestation occurrence taken apart into what can be verified: raw signatures over a serialized
 * payload, tokens, envelopes. Only which key a piece means to be of is read from it.
 */
import type { Attestor, AttestorKey } from '../domain/attestor.ts';
import { decodeBase64 } from '../domain/base64.ts';
import type { Digest } from '../domain/digest.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import type { Occurrence } from '../domain/note.ts';
import { openDsseEnvelope } from './dsse-envelope.ts';
import { sameKeyId } from './key-id.ts';
import type { KeyTrust } from './key-trust.ts';
import type { Proof, Refusal } from './proof.ts';
import { errorText, refuse } from './refusal.ts';
import { verifyDsseAttestation } from './verify-dsse-attestation.ts';
import { jwtKeyId, verifyJwtAttestation } from './verify-jwt-attestation.ts';
import { verifyPgpAttestation } from './verify-pgp-attestation.ts';
import { verifyPkixAttestation } from './verify-pkix-attestation.ts';

/** One thing in an attestation that a key may have signed. */
export interface SignedPiece {
  readonly kind: 'signature' | 'jwt' | 'dsse';
  /** As the piece says it, empty where it does not. */
  readonly publicKeyId: string;
  /** The attestor's keys that it may be of. */
  readonly keys: readonly AttestorKey[];
  readonly verify: (subject: Digest, trust: KeyTrust) => Promise<Proof | Refusal>;
}

/** Keys of which a token or an envelope need not name its own. */
const MAX_UNNAMED = 8;

/** More signatures than this in one occurrence are refused unread. */
const MAX_PIECES = 32;

/** Takes an occurrence apart; refuses one without any signature, and one with more than 32. */
export function readAttestation(
  { detail, envelope, kind }: Occurrence,
  attestor: Attestor,
): readonly SignedPiece[] {
  const envelopes = [envelope, kind === 'DSSE_ATTESTATION' ? detail['envelope'] : undefined];
  const pieces = [
    ...signaturesOf(detail, attestor),
    ...listAt(detail['jwts'], 'jwts').map((one) => tokenPiece(one, attestor)),
    ...envelopes.filter((one) => one !== undefined).flatMap((one) => envelopePiece(one, attestor)),
  ];
  if (pieces.length === 0) return refuse('no-signature', 'attestation has no signatures');
  if (pieces.length <= MAX_PIECES) return pieces;
  return refuse('too-large', `attestation has ${pieces.length} signatures; at most ${MAX_PIECES}`);
}

function listAt(value: Json | undefined, what: string): readonly Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : refuse('bad-structure', `${what} is no list`);
}

function signaturesOf(detail: Occurrence['detail'], attestor: Attestor): readonly SignedPiece[] {
  const payload = readBytes(detail['serializedPayload'], 'serializedPayload');
  return listAt(detail['signatures'], 'signatures').map((item) => {
    const { signature, publicKeyId } = isJsonObject(item) ? item : {};
    const id = typeof publicKeyId === 'string' ? publicKeyId : '';
    return {
      kind: 'signature',
      publicKeyId: id,
      keys: attestor.publicKeys.filter((key) => sameKeyId(key, id)),
      verify: async (subject, trust) => {
        const evidence = { signature: readBytes(signature, 'signature'), payload };
        const verifier =
          trust.key.pkixPublicKey === undefined ? verifyPgpAttestation : verifyPkixAttestation;
        return verifier(subject, evidence, trust);
      },
    };
  });
}

function tokenPiece(value: Json, attestor: Attestor): SignedPiece {
  const { compactJwt } = isJsonObject(value) ? value : {};
  const token = typeof compactJwt === 'string' ? compactJwt : '';
  const id = jwtKeyId(token) ?? '';
  return {
    kind: 'jwt',
    publicKeyId: id,
    keys: pkixKeys(attestor, [id]),
    verify: (subject, trust) => verifyJwtAttestation(subject, token, trust),
  };
}

function envelopePiece(value: Json, attestor: Attestor): SignedPiece {
  const keyIds = keyIdsOf(value);
  return {
    kind: 'dsse',
    publicKeyId: keyIds.find((id) => id !== '') ?? '',
    keys: pkixKeys(attestor, keyIds),
    verify: (subject, trust) => verifyDsseAttestation(subject, value, trust),
  };
}

/** A broken envelope is its verifier's to refuse: there may be other signatures beside it. */
function keyIdsOf(envelope: Json): readonly string[] {
  try {
    return openDsseEnvelope(envelope).keyIds;
  } catch {
    return [];
  }
}

/**
 * The keys that are named; where none is known by its name, any of a few may have signed. Whoever
 * may attach attestations could have many keys tried for each: of many keys one must be named.
 */
function pkixKeys({ publicKeys }: Attestor, ids: readonly string[]): readonly AttestorKey[] {
  const pkix = publicKeys.filter((key) => key.pkixPublicKey !== undefined);
  const named = pkix.filter((key) => ids.includes(key.id));
  if (named.length > 0) return named;
  return pkix.length <= MAX_UNNAMED ? pkix : [];
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
