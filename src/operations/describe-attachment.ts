/**
 * What something attached to an image is, in words, and why it was not verified where it was not:
 * whoever looks at an image sees everything that is there, also what nobody here can judge.
 */
import type { AttachedLayer, Attachment } from '../remote/find-attachments.ts';
import { recogniseSbom, type SbomSummary } from '../report/recognise-sbom.ts';
import { COSE_ENVELOPE } from '../signing/notation-envelope.ts';
import { peekPredicateType } from '../signing/peek-statement.ts';
import { SIMPLE_SIGNING_MEDIA_TYPE } from '../signing/simple-signing.ts';
import { DSSE_MEDIA_TYPE } from '../signing/verify-cosign-attestation.ts';
import { BUNDLE_MEDIA_TYPES } from '../signing/verify-sigstore-bundle.ts';
import { NOTATION_ARTIFACT_TYPE } from './check-notation.ts';

/** What is told of an attachment besides what verifies. */
export interface AttachmentNote {
  readonly artifactType: string;
  /** What it is, in words. */
  readonly what: string;
  /** Bytes of the layer; absent: the manifest has none. */
  readonly size?: number;
  /** Where nothing came of it: why, and what to give. */
  readonly unverified?: string;
  /** Of an SBOM, as it says of itself: nobody has signed it. */
  readonly sbom?: SbomSummary & { readonly grade: 'declared' };
}

/** Whom there is to believe, and what is asked for. */
export interface Believed {
  readonly signers: boolean;
  readonly notation: boolean;
  /** Only attestations of one type were asked for. */
  readonly typed: boolean;
}

const SBOM = /cyclonedx|spdx|syft/i;
const MOST_SBOM = 32 * 1024 * 1024;

const NOBODY =
  'nobody to believe was given: --key, --attestor, or --certificate-identity with its issuer';

/** Tells what a layer is; reads SBOMs and statements, whose own words are needed for that. */
export async function describeLayer(
  { artifactType, location }: Attachment,
  layer: AttachedLayer,
  believed: Believed,
): Promise<AttachmentNote> {
  const { mediaType, size } = layer.descriptor;
  const note = { artifactType, size };
  const nobody = believed.signers ? {} : { unverified: NOBODY };
  if (artifactType === NOTATION_ARTIFACT_TYPE) {
    return { ...note, ...describeNotation(mediaType, believed) };
  }
  if (mediaType === SIMPLE_SIGNING_MEDIA_TYPE) {
    const asked = 'a signature, where attestations of one type were asked for';
    const other = believed.typed ? { unverified: asked } : {};
    return { ...note, what: 'cosign signature', ...other, ...nobody };
  }
  if (location === 'index') return { ...note, what: 'attestation in the index', ...nobody };
  if (mediaType === DSSE_MEDIA_TYPE || BUNDLE_MEDIA_TYPES.has(mediaType)) {
    return { ...note, what: await describeStatement(layer), ...nobody };
  }
  return { ...note, ...(await describeOther({ artifactType, location }, layer)) };
}

/** Tells what a manifest without any layer is. */
export function describeBare({ artifactType }: Attachment): AttachmentNote {
  const what = `unknown artifact of type ${artifactType}`;
  return { artifactType, what, unverified: 'it has no layer, so that there is nothing to verify' };
}

function describeNotation(
  mediaType: string,
  { notation }: Believed,
): Pick<AttachmentNote, 'what' | 'unverified'> {
  const what = `Notation signature (${mediaType === COSE_ENVELOPE ? 'COSE' : 'JWS'})`;
  if (notation) return { what };
  const wanted = 'give --notation-policy FILE and --notation-trust-store DIR';
  return { what, unverified: `Notation verifies by its own trust policy: ${wanted}` };
}

async function describeStatement(layer: AttachedLayer): Promise<string> {
  const form = layer.descriptor.mediaType === DSSE_MEDIA_TYPE ? 'attestation' : 'sigstore bundle';
  const type = peekPredicateType(await readOrNothing(layer));
  return type === undefined ? form : `${form} of type ${type}`;
}

async function describeOther(
  { artifactType, location }: Pick<Attachment, 'artifactType' | 'location'>,
  layer: AttachedLayer,
): Promise<Pick<AttachmentNote, 'what' | 'unverified' | 'sbom'>> {
  const { mediaType } = layer.descriptor;
  if (location === 'sbom-tag' || SBOM.test(`${mediaType} ${artifactType}`)) {
    return describeSbom(await readOrNothing(layer));
  }
  const unverified = 'of a kind that no verifier here knows';
  return { what: `unknown artifact of type ${artifactType}`, unverified };
}

function describeSbom(bytes: Uint8Array): Pick<AttachmentNote, 'what' | 'unverified' | 'sbom'> {
  const summary = recogniseSbom(bytes);
  const unverified = 'not signed: an SBOM under a tag is whoever’s word put it there';
  if (summary === undefined) {
    return { what: 'SBOM of a format that is not known here, or that cannot be read', unverified };
  }
  const { format, version = '', packages } = summary;
  const count = packages === undefined ? '' : `, ${packages} packages`;
  const what = `SBOM: ${`${format} ${version}`.trim()}${count}, declared`;
  return { what, unverified, sbom: { ...summary, grade: 'declared' } };
}

/** What cannot be read is told by whoever verifies it. */
async function readOrNothing(layer: AttachedLayer): Promise<Uint8Array> {
  if (layer.descriptor.size > MOST_SBOM) return new Uint8Array();
  return layer.read().catch(() => new Uint8Array());
}
