/** Signatures and attestations in cosign's forms, whole or with one thing wrong. */
import type { CosignLayer } from '../../src/signing/cosign-layer.ts';
import {
  base64,
  bundleEntry,
  envelopeBytes,
  envelopeEntry,
  hashedEntry,
  type LoggedEntry,
  logAnnotation,
  sha256,
  signBytes,
  type SigstoreServices,
  type TestSigner,
  verifierText,
} from './sigstore-services.ts';

/** What an artifact is made of; whatever is not said is as it should be. */
export interface ArtifactParts {
  readonly signer: TestSigner;
  readonly digest: string;
  /** Absent: neither log entry nor timestamp. */
  readonly services?: SigstoreServices;
  /** In place of the log entry that the signature gets. */
  readonly entry?: LoggedEntry;
  readonly timestamp?: boolean;
  readonly payload?: Uint8Array;
  readonly predicateType?: string;
  readonly predicate?: object;
  readonly mediaType?: string;
}

const STATEMENT = 'application/vnd.in-toto+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** cosign's payload for a digest. */
export function simplePayload(
  digest: string,
  optional: object | null = null,
  type?: string,
): Buffer {
  const critical = {
    identity: { 'docker-reference': 'registry.test/shop/app' },
    image: { 'docker-manifest-digest': digest },
    type: type ?? 'cosign container image signature',
  };
  return Buffer.from(JSON.stringify({ critical, optional }));
}

/** An in-toto statement about a digest. */
export function statementOf(
  digest: string,
  predicateType = 'https://sigstore.dev/cosign/sign/v1',
  predicate: object = {},
): Buffer {
  const [algorithm = '', hex = ''] = digest.split(':');
  const subject = [{ name: 'app', digest: { [algorithm]: hex }, annotations: { env: 'prod' } }];
  const statement = { _type: 'https://in-toto.io/Statement/v1', subject, predicateType, predicate };
  return Buffer.from(JSON.stringify(statement));
}

/** A layer of a `.sig` manifest. */
export async function signatureLayer(parts: ArtifactParts): Promise<CosignLayer> {
  const { signer, services, digest, timestamp = false } = parts;
  const bytes = parts.payload ?? simplePayload(digest, { env: 'prod' });
  const signature = signBytes(signer, bytes);
  const entry = parts.entry ?? (await services?.log(hashedEntry(signer, bytes, signature)));
  const stamp = timestamp ? await services?.timestamp(signature) : undefined;
  return {
    mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
    bytes,
    annotations: {
      'dev.cosignproject.cosign/signature': base64(signature),
      ...besideAnnotations(signer, entry, stamp),
    },
  };
}

/** A layer of an `.att` manifest. */
export async function attestationLayer(parts: ArtifactParts): Promise<CosignLayer> {
  const { signer, services, timestamp = false } = parts;
  const { payload, signature, envelope } = envelopeOf(parts);
  const bytes = Buffer.from(JSON.stringify(envelope));
  const entry = parts.entry ?? (await services?.log(envelopeEntry(signer, payload, signature)));
  const stamp = timestamp ? await services?.timestamp(bytes) : undefined;
  const mediaType = 'application/vnd.dsse.envelope.v1+json';
  const annotations = {
    'dev.cosignproject.cosign/signature': '',
    ...besideAnnotations(signer, entry, stamp),
  };
  return { mediaType, bytes, annotations };
}

/** A bundle over a statement. */
export async function statementBundle(parts: ArtifactParts): Promise<Buffer> {
  const { signer, services, timestamp = false, mediaType = BUNDLE } = parts;
  const { payload, signature, envelope } = envelopeOf(parts);
  const entry = parts.entry ?? (await services?.log(envelopeEntry(signer, payload, signature)));
  const stamp = timestamp ? await services?.timestamp(signature) : undefined;
  const verificationMaterial = materialOf(signer, mediaType, { entry, stamp });
  return Buffer.from(JSON.stringify({ mediaType, verificationMaterial, dsseEnvelope: envelope }));
}

/** A bundle over the very bytes of a manifest. */
export async function messageBundle(
  parts: ArtifactParts & { readonly artifact: Uint8Array },
): Promise<Buffer> {
  const { signer, services, artifact, mediaType = BUNDLE } = parts;
  const signature = signBytes(signer, artifact);
  const entry = await services?.log(hashedEntry(signer, artifact, signature));
  const verificationMaterial = materialOf(signer, mediaType, { entry });
  const digest = Buffer.from(sha256(artifact), 'hex').toString('base64');
  const messageSignature = {
    messageDigest: { algorithm: 'SHA2_256', digest },
    signature: base64(signature),
  };
  return Buffer.from(JSON.stringify({ mediaType, verificationMaterial, messageSignature }));
}

interface Envelope {
  readonly payload: Uint8Array;
  readonly signature: Buffer;
  readonly envelope: object;
}

function envelopeOf({
  signer,
  digest,
  predicateType,
  predicate,
  ...more
}: ArtifactParts): Envelope {
  const payload = more.payload ?? statementOf(digest, predicateType, predicate);
  const signature = signBytes(signer, envelopeBytes(STATEMENT, payload));
  const envelope = {
    payload: base64(payload),
    payloadType: STATEMENT,
    signatures: [{ sig: base64(signature) }],
  };
  return { payload, signature, envelope };
}

interface Beside {
  readonly entry?: LoggedEntry | undefined;
  readonly stamp?: Buffer | undefined;
}

function besideAnnotations(
  signer: TestSigner,
  entry: LoggedEntry | undefined,
  stamp: Buffer | undefined,
): Record<string, string> {
  const certificate = Buffer.from(verifierText(signer), 'base64').toString();
  return {
    ...(signer.certificate ? { 'dev.sigstore.cosign/certificate': certificate } : {}),
    ...(entry ? { 'dev.sigstore.cosign/bundle': logAnnotation(entry) } : {}),
    ...(stamp ? { 'dev.sigstore.cosign/rfc3161timestamp': stampText(stamp) } : {}),
  };
}

function stampText(stamp: Buffer): string {
  return JSON.stringify({ SignedRFC3161Timestamp: base64(stamp) });
}

function materialOf({ certificate }: TestSigner, mediaType: string, beside: Beside): object {
  const { entry, stamp } = beside;
  const rfc3161Timestamps = stamp === undefined ? [] : [{ signedTimestamp: base64(stamp) }];
  return {
    ...holderOf(certificate, mediaType),
    tlogEntries: entry === undefined ? [] : [bundleEntry(entry)],
    timestampVerificationData: { rfc3161Timestamps },
  };
}

/** Before 0.3 a certificate came as a chain. */
function holderOf(certificate: Buffer | undefined, mediaType: string): object {
  if (certificate === undefined) return { publicKey: { hint: 'any' } };
  const one = { rawBytes: base64(certificate) };
  if (mediaType === BUNDLE) return { certificate: one };
  return { x509CertificateChain: { certificates: [one] } };
}
