/**
 * What of the things attached to an image verifies: in sigstore's forms by keys or identities, and
 * in its index by who signed that. The bytes that were hashed are the bytes that are verified.
 */
import type { Digest } from '../domain/digest.ts';
import type { ImageIndex } from '../image/manifest.ts';
import type { AttachedLayer, Attachment } from '../remote/find-attachments.ts';
import type { CosignLayer } from '../signing/cosign-layer.ts';
import { isProof, type Proof, type Refusal, refusalOf } from '../signing/proof.ts';
import type { SigstoreTrust } from '../signing/sigstore-trust.ts';
import { SIMPLE_SIGNING_MEDIA_TYPE } from '../signing/simple-signing.ts';
import { type ProvenanceRequirements, requireProvenance } from '../signing/slsa-provenance.ts';
import { DSSE_MEDIA_TYPE, verifyCosignAttestation } from '../signing/verify-cosign-attestation.ts';
import { verifyCosign } from '../signing/verify-cosign.ts';
import { verifyIndexAttestation } from '../signing/verify-index-attestation.ts';
import { BUNDLE_MEDIA_TYPES, verifySigstoreBundle } from '../signing/verify-sigstore-bundle.ts';
import type { FetchedManifest } from '../remote/registry-client.ts';
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

/** What an attestation may be worth: unsigned within its index, or signed by who is believed. */
export type AttachedGrade = 'attested' | 'verified';

/** Whom to believe, and what must be said besides. */
export interface AttachedTrust {
  /** One for each key, and one for all identities; any of them is enough. */
  readonly trusts: readonly SigstoreTrust[];
  readonly provenance?: ProvenanceRequirements | undefined;
  /** What statements in an index must be and have; absent: whatever they are. */
  readonly stated?: Pick<SigstoreTrust, 'predicateType' | 'annotations'>;
  /** The least that counts; default `verified`. */
  readonly grade?: AttachedGrade | undefined;
}

/** An index as received, and who is proven to have signed it. */
export interface ProvenIndex {
  readonly fetched: FetchedManifest;
  readonly index: ImageIndex;
  readonly proof?: Proof | undefined;
}

/** An image with what was found beside it. */
export interface ImageToCheck extends Pick<AttachedImage, 'digest' | 'bytes' | 'found'> {
  /** The index that what was found in an index was found in. */
  readonly within?: ProvenIndex | undefined;
}

/** What a layer is verified with. */
interface Question extends AttachedTrust {
  readonly subject: Digest;
  readonly artifact: Uint8Array;
  readonly within: ProvenIndex | undefined;
}

interface PlacedLayer {
  readonly attachment: Attachment;
  readonly layer: AttachedLayer;
}

/** Layers that are read at once. */
const PARALLEL = 8;
/** Layers of one image that are verified: whoever may push could attach junk without end. */
const MAX_LAYERS = 256;

/** Verifies everything that is attached to an image. */
export async function checkAttached(
  image: ImageToCheck,
  trust: AttachedTrust,
): Promise<readonly CheckedAttachment[]> {
  const { digest: subject, bytes: artifact, within } = image;
  const question = { ...trust, subject, artifact, within };
  const layers = image.found.attachments.flatMap((attachment) =>
    attachment.layers.map((layer) => ({ attachment, layer })),
  );
  const rest = layers.slice(MAX_LAYERS).map(passOver);
  const done: CheckedAttachment[] = [];
  const queue = layers.slice(0, MAX_LAYERS).entries();
  const work = async (): Promise<void> => {
    for (const [index, { attachment, layer }] of queue) {
      done[index] = await checkLayer(question, attachment, layer);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, work));
  return [...done, ...rest];
}

function passOver({ attachment, layer }: PlacedLayer): CheckedAttachment {
  const why = `more than ${MAX_LAYERS} layers are attached; delete what is no use`;
  const answer = { kind: 'attachment', outcome: 'could-not-check', step: 'unread', why } as const;
  const { location, digest: manifest } = attachment;
  return { location, manifest, mediaType: layer.descriptor.mediaType, answer };
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
  attachment: Attachment,
  layer: AttachedLayer,
): Promise<CheckedAttachment> {
  const { location, digest: manifest } = attachment;
  const place = { location, manifest, mediaType: layer.descriptor.mediaType };
  const verify = answererOf(question, attachment, layer);
  if (verify === undefined) return place;
  try {
    return { ...place, answer: await verify() };
  } catch (error) {
    const { why, kind } = refusalOf('attachment', error, 'unsupported');
    return { ...place, answer: { kind, outcome: 'could-not-check', step: 'unread', why } };
  }
}

function answererOf(
  question: Question,
  attachment: Attachment,
  layer: AttachedLayer,
): (() => Promise<Proof | Refusal>) | undefined {
  if (attachment.location === 'index') return () => verifyStated(question, attachment, layer);
  const { mediaType, annotations = {} } = layer.descriptor;
  const [first] = question.trusts;
  const verify = verifierOf(mediaType, first?.predicateType === undefined);
  if (first === undefined || verify === undefined) return undefined;
  return async () => {
    const read = { mediaType, annotations, bytes: await layer.read() };
    return verifyByAny(question, read, verify);
  };
}

/** A statement within the index that lists the image. */
async function verifyStated(
  question: Question,
  { bytes: manifest }: Attachment,
  layer: AttachedLayer,
): Promise<Proof | Refusal> {
  const { subject, within, stated } = question;
  const index = within?.fetched.bytes ?? new Uint8Array();
  const evidence = { index, manifest, statement: await layer.read() };
  const trust = { ...stated, indexProof: within?.proof };
  return requireSaid(await verifyIndexAttestation(subject, evidence, trust), question);
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

/** The proof, where it is worth enough and says what is wanted. */
function requireSaid(
  answer: Proof | Refusal,
  { provenance, grade = 'verified' }: Question,
): Proof | Refusal {
  if (!isProof(answer)) return answer;
  if (grade === 'verified' && answer.grade !== 'verified') {
    const why = `nobody who is believed signed it: it is ${answer.grade}; wanted verified`;
    return { kind: answer.kind, outcome: 'wrong', step: 'grade', why };
  }
  return provenance === undefined ? answer : requireProvenance(answer, provenance);
}
