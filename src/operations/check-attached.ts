/**
 * What of the things attached to an image verifies in sigstore's forms, by keys or identities. The
 * bytes that were hashed are the bytes that are verified.
 */
import type { Digest } from '../domain/digest.ts';
import type { AttachedLayer, Attachment } from '../remote/find-attachments.ts';
import type { CosignLayer } from '../signing/cosign-layer.ts';
import { isProof, type Proof, type Refusal, refusalOf } from '../signing/proof.ts';
import type { SigstoreTrust } from '../signing/sigstore-trust.ts';
import { SIMPLE_SIGNING_MEDIA_TYPE } from '../signing/simple-signing.ts';
import { type ProvenanceRequirements, requireProvenance } from '../signing/slsa-provenance.ts';
import { DSSE_MEDIA_TYPE, verifyCosignAttestation } from '../signing/verify-cosign-attestation.ts';
import { verifyCosign } from '../signing/verify-cosign.ts';
import { BUNDLE_MEDIA_TYPES, verifySigstoreBundle } from '../signing/verify-sigstore-bundle.ts';
import type { AttachedImage } from './read-attached.ts';

/** One layer of something attached, and what came of it. */
export interface CheckedAttachment {
  readonly location: Attachment['location'];
  /** Of the attached manifest. */
  readonly manifest: Digest;
  readonly mediaType: string;
  /** Absent: of a kind that is not verified here, or nobody to believe was given. */
  readonly answer?: Proof | Refusal;
}

/** Whom to believe, and what must be said besides. */
export interface AttachedTrust {
  /** One for each key, and one for all identities; any of them is enough. */
  readonly trusts: readonly SigstoreTrust[];
  readonly provenance?: ProvenanceRequirements | undefined;
}

/** What a layer is verified with. */
interface Question extends AttachedTrust {
  readonly subject: Digest;
  readonly artifact: Uint8Array;
}

/** Layers that are read at once. */
const PARALLEL = 8;

/** Verifies everything that is attached to an image. */
export async function checkAttached(
  image: Pick<AttachedImage, 'digest' | 'bytes' | 'found'>,
  trust: AttachedTrust,
): Promise<readonly CheckedAttachment[]> {
  const question = { ...trust, subject: image.digest, artifact: image.bytes };
  const layers = image.found.attachments.flatMap((attachment) =>
    attachment.layers.map((layer) => ({ attachment, layer })),
  );
  const checked: CheckedAttachment[] = [];
  const queue = layers.entries();
  const work = async (): Promise<void> => {
    for (const [index, { attachment, layer }] of queue) {
      checked[index] = await checkLayer(question, attachment, layer);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return checked;
}

type Verify = (
  question: Question,
  layer: CosignLayer,
  trust: SigstoreTrust,
) => Promise<Proof | Refusal>;

const bundle: Verify = ({ subject, artifact }, { bytes }, trust) =>
  verifySigstoreBundle(subject, { bytes, artifact }, trust);

/** By the layer's media type; what answers another question than the one asked is left out. */
function verifierOf(mediaType: string, forSignature: boolean): Verify | undefined {
  if (BUNDLE_MEDIA_TYPES.has(mediaType)) return bundle;
  if (mediaType === SIMPLE_SIGNING_MEDIA_TYPE && forSignature) {
    return ({ subject }, layer, trust) => verifyCosign(subject, layer, trust);
  }
  if (mediaType !== DSSE_MEDIA_TYPE || forSignature) return undefined;
  return ({ subject }, layer, trust) => verifyCosignAttestation(subject, layer, trust);
}

async function checkLayer(
  question: Question,
  { location, digest: manifest }: Attachment,
  layer: AttachedLayer,
): Promise<CheckedAttachment> {
  const { mediaType, annotations = {} } = layer.descriptor;
  const place = { location, manifest, mediaType };
  const [first] = question.trusts;
  const verify = verifierOf(mediaType, first?.predicateType === undefined);
  if (first === undefined || verify === undefined) return place;
  try {
    const read = { mediaType, annotations, bytes: await layer.read() };
    return { ...place, answer: await verifyByAny(question, read, verify) };
  } catch (error) {
    const { why, kind } = refusalOf('attachment', error, 'unsupported');
    return { ...place, answer: { kind, outcome: 'could-not-check', step: 'unread', why } };
  }
}

async function verifyByAny(
  question: Question,
  layer: CosignLayer,
  verify: Verify,
): Promise<Proof | Refusal> {
  let last: Refusal | undefined;
  for (const trust of question.trusts) {
    const answer = requireSaid(await verify(question, layer, trust), question);
    if (isProof(answer)) return answer;
    last = answer;
  }
  return last ?? { kind: 'cosign', outcome: 'could-not-check', step: 'unread', why: 'no trust' };
}

function requireSaid(answer: Proof | Refusal, { provenance }: Question): Proof | Refusal {
  return provenance === undefined || !isProof(answer)
    ? answer
    : requireProvenance(answer, provenance);
}
