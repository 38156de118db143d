/** What of the things attached to an image are signatures of Notation, and what each comes to. */
import type { Digest } from '../domain/digest.ts';
import { parseManifest } from '../image/manifest.ts';
import type { AttachmentLocation } from '../remote/attachment-location.ts';
import type { Attachment, Attachments } from '../remote/find-attachments.ts';
import { type Proof, type Refusal, refusalOf } from '../signing/proof.ts';
import { type NotationTrust, verifyNotation } from '../signing/verify-notation.ts';
import type { AttachedImage, AttachedPlaces } from './read-attached.ts';

/** What was found of one signature; without a manifest: of all of them. */
export type SignatureAnswer<Answer> = Answer & { readonly manifest?: Digest };

/** Artifact type of Notation's signatures in a registry. */
export const NOTATION_ARTIFACT_TYPE = 'application/vnd.cncf.notary.signature';
const LOCATIONS: readonly AttachmentLocation[] = ['referrers', 'fallback-tag'];

/** Where Notation keeps signatures. */
export const NOTATION_PLACES: AttachedPlaces = {
  locations: LOCATIONS,
  artifactTypes: [NOTATION_ARTIFACT_TYPE],
  limits: { manifests: 64, layers: 1, layerBytes: 1024 * 1024, totalBytes: 16 * 1024 * 1024 },
};

/** Verifies every signature of Notation; last stands what could not be asked. */
export async function checkNotation(
  { bytes, mediaType: told, digest, found }: AttachedImage,
  trust: NotationTrust,
): Promise<readonly SignatureAnswer<Proof | Refusal>[]> {
  const { mediaType } = parseManifest(bytes, told);
  const subject = { digest, mediaType, size: bytes.length };
  const signatures = found.attachments.filter(
    ({ artifactType }) => artifactType === NOTATION_ARTIFACT_TYPE,
  );
  const answers = signatures.map((one) => checkNotationSignature(one, subject, trust));
  return [...(await Promise.all(answers)), ...unasked(found)];
}

/** The manifest of an image, as a signature must name it. */
export interface SignedManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly size: number;
}

/** Verifies one signature; what cannot be read could not be checked. */
export async function checkNotationSignature(
  { digest: manifest, layers }: Attachment,
  { digest, ...subject }: SignedManifest,
  trust: NotationTrust,
): Promise<SignatureAnswer<Proof | Refusal>> {
  const [layer, another] = layers;
  if (layer === undefined || another !== undefined) {
    const why = `the manifest of the signature has ${layers.length} layers; wanted one`;
    return { manifest, kind: 'notation', outcome: 'wrong', step: 'envelope', why };
  }
  try {
    const envelope = await layer.read();
    const evidence = { mediaType: layer.descriptor.mediaType, envelope, subject };
    return { manifest, ...(await verifyNotation(digest, evidence, trust)) };
  } catch (error) {
    const { why } = refusalOf('notation', error, 'envelope');
    return { manifest, kind: 'notation', outcome: 'could-not-check', step: 'fetch', why };
  }
}

/** What the registry could not tell: a signature may be there. */
function unasked({ locations }: Attachments): readonly Refusal[] {
  return locations
    .filter(({ location }) => LOCATIONS.includes(location))
    .flatMap(({ location, problems }) =>
      problems.map((problem) => ({
        kind: 'notation',
        outcome: 'could-not-check' as const,
        step: location,
        why: problem,
      })),
    );
}
