/**
 * Sigstore bundles of versions 0.1, 0.2 and 0.3: signature, certificate or key, log entries and
 * timestamps in one file; over an in-toto statement, or over the very bytes of the image's
 * manifest.
 */
import { createHash } from 'node:crypto';
import { type Bundle, bundleFromJSON } from '@sigstore/bundle';
import type { Digest } from '../domain/digest.ts';
import { isJsonObject, type Json } from '../domain/json.ts';
import { openDsseEnvelope } from './dsse-envelope.ts';
import { SIGNATURE_PREDICATE } from './in-toto-statement.ts';
import { type Proof, refusalOf, type VerifyEvidence } from './proof.ts';
import { errorText, refuse } from './refusal.ts';
import { type SignedMaterial, timeChecked, verifyMaterial } from './signed-material.ts';
import type { SigstoreTrust } from './sigstore-trust.ts';
import { parseStrictJson, type StrictJsonLimits } from './strict-json.ts';
import { verifyStatement } from './verify-statement.ts';

/** A bundle as it came. */
export interface BundleEvidence {
  readonly bytes: Uint8Array;
  /** What a message signature is over: the bytes of the subject's own manifest. */
  readonly artifact?: Uint8Array;
}

const KIND = 'sigstore-bundle';
const LIMITS: StrictJsonLimits = { bytes: 32 * 1024 * 1024, depth: 24, containers: 20_000 };

/** The media type of the bundles that are made. */
export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** The media types of bundles that are read. */
export const BUNDLE_MEDIA_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  BUNDLE_MEDIA_TYPE,
]);

/** Verifies a bundle, by key or by certificate and identity. */
export const verifySigstoreBundle: VerifyEvidence<BundleEvidence, SigstoreTrust> = async (
  subject,
  { bytes, artifact },
  trust,
) => {
  try {
    const json = parseStrictJson(bytes, LIMITS);
    const bundle = readBundle(json);
    const beside = materialOf(bundle);
    if (bundle.content.$case === 'messageSignature') {
      return verifyMessage(subject, messageOf(bundle, artifact, beside), trust);
    }
    const envelope = openDsseEnvelope(isJsonObject(json) ? (json['dsseEnvelope'] ?? null) : null);
    const { payload, signed, signatures, payloadType } = envelope;
    const [signature, ...more] = signatures;
    if (signature === undefined || more.length > 0) {
      return refuse('bundle', 'the envelope of a bundle has one signature');
    }
    const material = { signed, payload, signature, ...beside };
    return verifyStatement(subject, { kind: KIND, payloadType, material }, trust);
  } catch (error) {
    return refusalOf(KIND, error, 'bundle');
  }
};

function readBundle(json: Json): Bundle {
  const { mediaType, dsseEnvelope, messageSignature } = isJsonObject(json) ? json : {};
  if (typeof mediaType !== 'string' || !BUNDLE_MEDIA_TYPES.has(mediaType)) {
    const found = JSON.stringify(mediaType ?? 'none').slice(0, 100);
    return refuse('unsupported', `a bundle of type ${found} is not read; wanted 0.1, 0.2 or 0.3`);
  }
  if ((dsseEnvelope === undefined) === (messageSignature === undefined)) {
    return refuse('bundle', 'a bundle has either an envelope or a message signature');
  }
  try {
    return bundleFromJSON(json);
  } catch (error) {
    return refuse('bundle', `the bundle cannot be read: ${errorText(error)}`);
  }
}

type Beside = Pick<SignedMaterial, 'certificate' | 'logEntries' | 'timestamps'>;

function materialOf({ verificationMaterial }: Bundle): Beside {
  const { content, tlogEntries, timestampVerificationData } = verificationMaterial;
  const timestamps = timestampVerificationData?.rfc3161Timestamps ?? [];
  return {
    ...certificateOf(content),
    logEntries: tlogEntries,
    timestamps: timestamps.map(({ signedTimestamp }) => signedTimestamp),
  };
}

/** Of a chain only the leaf: what is between it and a root comes from the trust root. */
function certificateOf(content: Bundle['verificationMaterial']['content']): {
  readonly certificate?: Uint8Array;
} {
  if (content.$case === 'certificate') return { certificate: content.certificate.rawBytes };
  if (content.$case === 'publicKey') return {};
  const [leaf] = content.x509CertificateChain.certificates;
  return leaf === undefined ? {} : { certificate: leaf.rawBytes };
}

function messageOf(
  bundle: Bundle,
  artifact: Uint8Array | undefined,
  beside: Beside,
): SignedMaterial {
  const { content } = bundle;
  if (content.$case !== 'messageSignature') return refuse('bundle', 'no message signature');
  if (artifact === undefined) {
    return refuse('unsupported', 'a message signature is judged by the bytes of the manifest');
  }
  const { messageDigest, signature } = content.messageSignature;
  if (!createHash('sha256').update(artifact).digest().equals(messageDigest.digest)) {
    refuse('payload-digest', 'the message signature is for the digest of other bytes');
  }
  return { signed: artifact, payload: artifact, signature, ...beside };
}

function verifyMessage(subject: Digest, material: SignedMaterial, trust: SigstoreTrust): Proof {
  const hex = createHash('sha256').update(material.signed).digest('hex');
  if (subject !== `sha256:${hex}`) {
    refuse('payload-digest', `the message that was signed is sha256:${hex}; wanted ${subject}`);
  }
  const { predicateType, annotations = {} } = trust;
  if ((predicateType ?? SIGNATURE_PREDICATE) !== SIGNATURE_PREDICATE) {
    refuse('predicate-type', `a signature over the image alone; wanted ${predicateType}`);
  }
  if (Object.keys(annotations).length > 0) {
    refuse('annotation', 'a signature over the image alone has no annotations');
  }
  const proof = verifyMaterial(material, trust);
  const { signer, trustedTime } = proof;
  return {
    kind: KIND,
    grade: 'verified',
    subject,
    checked: [...proof.checked, ...timeChecked(proof), 'it is over the bytes of the manifest'],
    signer,
    ...(trustedTime === undefined ? {} : { trustedTime }),
  };
}
