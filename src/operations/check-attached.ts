/**
 * What of the things attached to an image verifies: in sigstore's forms by keys or identities, and
 * in its index by who signed that. The bytes that were hashed are the bytes that are verified.
 */
import type { Digest } from '../domain/digest.ts';
import { type ImageIndex, parseManifest } from '../image/manifest.ts';
import type { AttachedLayer, Attachment } from '../remote/find-attachments.ts';
import type { CosignLayer } from '../signing/cosign-layer.ts';
import { findNotationPolicy } from '../signing/notation-policy.ts';
import { peekPredicateType } from '../signing/peek-statement.ts';
import { isProof, type Proof, type Refusal, refusalOf } from '../signing/proof.ts';
import type { SigstoreTrust } from '../signing/sigstore-trust.ts';
import { SIMPLE_SIGNING_MEDIA_TYPE } from '../signing/simple-signing.ts';
import { type ProvenanceRequirements, requireProvenance } from '../signing/slsa-provenance.ts';
import { DSSE_MEDIA_TYPE, verifyCosignAttestation } from '../signing/verify-cosign-attestation.ts';
import { verifyCosign } from '../signing/verify-cosign.ts';
import { verifyIndexAttestation } from '../signing/verify-index-attestation.ts';
import { BUNDLE_MEDIA_TYPES, verifySigstoreBundle } from '../signing/verify-sigstore-bundle.ts';
import type { NotationTrust } from '../signing/verify-notation.ts';
import type { FetchedManifest } from '../remote/registry-client.ts';
import { checkNotationSignature, NOTATION_ARTIFACT_TYPE } from './check-notation.ts';
import { type AttachmentNote, describeBare, describeLayer } from './describe-attachment.ts';
import type { AttachedImage } from './read-attached.ts';

/** One layer of something attached, and what came of it. */
export interface CheckedAttachment extends Partial<AttachmentNote> {
  readonly location: Attachment['location'];
  /** Of the attached manifest. */
  readonly manifest: Digest;
  readonly mediaType: string;
  /** Absent: of a kind that is not verified here, or nobody to believe was given. */
  readonly answer?: Proof | Refusal;
  /** The attestor or trust policy by which it verifies, where one was given. */
  readonly by?: string;
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
  /** Whether everything is to be described, and statements of any type are to be verified. */
  readonly describe?: boolean;
  /** By which Notation's signatures are verified. */
  readonly notation?: NotationTrust | undefined;
  /** Attestors by the names of their keys. */
  readonly holders?: Readonly<Record<string, string>>;
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
  return [...done, ...rest, ...(trust.describe === true ? bareOf(image) : [])];
}

/** Manifests that have no layer at all. */
function bareOf({ found }: ImageToCheck): readonly CheckedAttachment[] {
  return found.attachments
    .filter(({ layers }) => layers.length === 0)
    .map((one) => {
      const { location, digest: manifest, artifactType } = one;
      return { location, manifest, mediaType: artifactType, ...describeBare(one) };
    });
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
function verifierOf(mediaType: string, { trusts, describe }: Question): Verify | undefined {
  const forSignature = trusts[0]?.predicateType === undefined;
  if (BUNDLE_MEDIA_TYPES.has(mediaType)) return bundle;
  if (mediaType === SIMPLE_SIGNING_MEDIA_TYPE && forSignature) {
    return ({ subject }, layer, trust) => verifyCosign(subject, layer, trust);
  }
  if (mediaType !== DSSE_MEDIA_TYPE || (forSignature && describe !== true)) return undefined;
  return ({ subject }, layer, trust) => verifyCosignAttestation(subject, layer, trust);
}

async function checkLayer(
  question: Question,
  attachment: Attachment,
  layer: AttachedLayer,
): Promise<CheckedAttachment> {
  const { location, digest: manifest } = attachment;
  const { unverified, ...note } = await noteOf(question, attachment, layer);
  const place = { location, manifest, mediaType: layer.descriptor.mediaType, ...note };
  const verify = answererOf(question, attachment, layer);
  if (verify === undefined) return unverified === undefined ? place : { ...place, unverified };
  try {
    const answer = await verify();
    return { ...place, answer, ...holderOf(answer, question) };
  } catch (error) {
    const { why, kind } = refusalOf('attachment', error, 'unsupported');
    return { ...place, answer: { kind, outcome: 'could-not-check', step: 'unread', why } };
  }
}

const ANOTHER =
  'an attestation, where a signature was asked for; ask for it by --type with its predicate';

async function noteOf(
  { describe, trusts, notation }: Question,
  attachment: Attachment,
  layer: AttachedLayer,
): Promise<Partial<AttachmentNote>> {
  const typed = trusts.some(({ predicateType }) => predicateType !== undefined);
  if (describe === true) {
    const believed = { signers: trusts.length > 0, notation: notation !== undefined, typed };
    return describeLayer(attachment, layer, believed);
  }
  const { mediaType } = layer.descriptor;
  return mediaType === DSSE_MEDIA_TYPE && !typed ? { unverified: ANOTHER } : {};
}

/** By whose name a proof goes, beside its key's or certificate's. */
function holderOf(
  answer: Proof | Refusal,
  { holders = {}, notation }: Question,
): Pick<CheckedAttachment, 'by'> {
  if (!isProof(answer)) return {};
  if (answer.kind !== 'notation') {
    const by = Object.hasOwn(holders, answer.signer) ? holders[answer.signer] : undefined;
    return by === undefined ? {} : { by };
  }
  const { policies = [], repository = '' } = notation ?? {};
  const policy = findNotationPolicy(policies, repository);
  return policy === undefined ? {} : { by: `trust policy ${policy.name}` };
}

function answererOf(
  question: Question,
  attachment: Attachment,
  layer: AttachedLayer,
): (() => Promise<Proof | Refusal>) | undefined {
  if (attachment.location === 'index') return () => verifyStated(question, attachment, layer);
  if (attachment.artifactType === NOTATION_ARTIFACT_TYPE) return notationOf(question, attachment);
  const { mediaType, annotations = {} } = layer.descriptor;
  const verify = verifierOf(mediaType, question);
  if (question.trusts.length === 0 || verify === undefined) return undefined;
  return async () => {
    const read = { mediaType, annotations, bytes: await layer.read() };
    return verifyByAny(question, read, verify);
  };
}

function notationOf(
  { notation, subject: digest, artifact }: Question,
  attachment: Attachment,
): (() => Promise<Proof | Refusal>) | undefined {
  if (notation === undefined) return undefined;
  const { mediaType } = parseManifest(artifact);
  const subject = { digest, mediaType, size: artifact.length };
  return () => checkNotationSignature(attachment, subject, notation);
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
    const wanted = question.describe === true ? ofItsOwnType(trust, layer) : trust;
    const answer = requireSaid(await verify(question, layer, wanted), question);
    if (isProof(answer)) return answer;
    last = answer;
  }
  return last ?? { kind: 'cosign', outcome: 'could-not-check', step: 'unread', why: 'no trust' };
}

/** Asks a statement for the type that it says it has, where nobody asked for one. */
function ofItsOwnType(trust: SigstoreTrust, { bytes, mediaType }: CosignLayer): SigstoreTrust {
  if (trust.predicateType !== undefined || mediaType === SIMPLE_SIGNING_MEDIA_TYPE) return trust;
  const predicateType = peekPredicateType(bytes);
  return predicateType === undefined ? trust : { ...trust, predicateType };
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
