/**
 * Signing an image in the two forms that cosign reads: its classic payload ("simple signing"), and
 * a sigstore bundle over an in-toto statement. Both by a PKIX key, without certificate or log.
 */
import { createHash, createPublicKey } from 'node:crypto';
import { encodeBase64 } from '../domain/base64.ts';
import type { Digest } from '../domain/digest.ts';
import { digestAlgorithm } from '../domain/digest.ts';
import { COSIGN_ANNOTATIONS, type CosignLayer } from './cosign-layer.ts';
import { preAuthenticationEncoding } from './dsse-envelope.ts';
import { SIGNATURE_PREDICATE, STATEMENT_MEDIA_TYPE } from './in-toto-statement.ts';
import { refuse } from './refusal.ts';
import { isPgpKeyText, type PrivateKeyText, publicHalf, signWithPem } from './sign-payload.ts';
import type { SigstoreTrust } from './sigstore-trust.ts';
import { createSimpleSigning, SIMPLE_SIGNING_MEDIA_TYPE } from './simple-signing.ts';
import { BUNDLE_MEDIA_TYPE } from './verify-sigstore-bundle.ts';

/** What is signed, and with it. */
export interface SignedImage {
  /** Normalised `registry/path`. */
  readonly name: string;
  readonly digest: Digest;
  readonly annotations: Readonly<Record<string, string>>;
}

/** A PKIX key that signs in sigstore's forms, and how those verify. */
export interface SigstoreKey {
  readonly key: PrivateKeyText;
  readonly algorithm: string;
  /** What whoever has the public half believes. */
  readonly trust: SigstoreTrust;
  /** The base64 SHA-256 of the public key in DER, by which bundles name it. */
  readonly hint: string;
}

/** Reads a key for sigstore's forms; refuses PGP keys, which nobody else reads there. */
export function openSigstoreKey(key: PrivateKeyText): SigstoreKey {
  if (isPgpKeyText(key.text)) {
    refuse('unsupported', 'cosign verifies no PGP keys; give a PEM key by --key or --key-env');
  }
  const { name: id, usual: algorithm, pem: publicKeyPem } = publicHalf(key);
  const der = createPublicKey(publicKeyPem).export({ type: 'spki', format: 'der' });
  const pkixPublicKey = { publicKeyPem, signatureAlgorithm: algorithm };
  return {
    key,
    algorithm,
    trust: { by: { kind: 'key', key: { id, pkixPublicKey } } },
    hint: createHash('sha256').update(der).digest('base64'),
  };
}

/** A layer of cosign's classic manifests. */
export function signSimple(image: SignedImage, { key, algorithm }: SigstoreKey): CosignLayer {
  const bytes = createSimpleSigning(image, image.annotations);
  const { signature } = signWithPem(bytes, key, algorithm);
  const annotations = { [COSIGN_ANNOTATIONS.signature]: encodeBase64(signature) };
  return { mediaType: SIMPLE_SIGNING_MEDIA_TYPE, annotations, bytes };
}

/** The statement that an image is signed, and nothing more (in-toto attestation 1). */
export function signatureStatement({ name, digest, annotations }: SignedImage): Uint8Array {
  const algorithm = digestAlgorithm(digest);
  const hex = digest.slice(algorithm.length + 1);
  return new TextEncoder().encode(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name, digest: { [algorithm]: hex }, annotations }],
      predicateType: SIGNATURE_PREDICATE,
      predicate: {},
    }),
  );
}

/** A sigstore bundle 0.3 over that statement. */
export function signBundle(image: SignedImage, { key, algorithm, hint }: SigstoreKey): Uint8Array {
  const payload = signatureStatement(image);
  const signed = preAuthenticationEncoding(STATEMENT_MEDIA_TYPE, payload);
  const { signature } = signWithPem(signed, key, algorithm);
  const bundle = {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint } },
    dsseEnvelope: {
      payload: encodeBase64(payload),
      payloadType: STATEMENT_MEDIA_TYPE,
      signatures: [{ sig: encodeBase64(signature) }],
    },
  };
  return new TextEncoder().encode(JSON.stringify(bundle));
}
