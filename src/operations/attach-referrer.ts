/**
 * A signature as a referrer of OCI 1.1: a manifest whose subject is the image and whose layer is a
 * sigstore bundle, which is what cosign looks for. Where the registry does not say that it lists
 * the manifest (`OCI-Subject`), the list under the fallback tag is kept (distribution-spec 1.1,
 * "Referrers Tag Schema").
 */
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { MANIFEST_ITEMS, parseManifest } from '../image/manifest.ts';
import { attachmentTag } from '../remote/attachment-location.ts';
import { changeTag, type NextManifest } from '../remote/change-tag.ts';
import { type Attachment, findAttachments } from '../remote/find-attachments.ts';
import type { FetchedManifest } from '../remote/registry-client.ts';
import { digestOf } from '../remote/verify-stream.ts';
import { SIGNATURE_PREDICATE } from '../signing/in-toto-statement.ts';
import { isProof } from '../signing/proof.ts';
import { signBundle } from '../signing/sign-sigstore.ts';
import { BUNDLE_MEDIA_TYPE, verifySigstoreBundle } from '../signing/verify-sigstore-bundle.ts';
import type { AttachedSignature, AttachTarget } from './attach-target.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const EMPTY = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  bytes: new TextEncoder().encode('{}'),
};
const MAX_BUNDLE = 1024 * 1024;

/** A manifest as a list names it. */
interface Listed {
  readonly mediaType: string;
  readonly digest: Digest;
  readonly size: number;
  readonly artifactType: string;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Attaches a bundle of the key, unless one of it is there. */
export async function attachReferrer(target: AttachTarget): Promise<AttachedSignature> {
  const before = await findSigned(target);
  if (before !== undefined) {
    const tag = before.location === 'fallback-tag' ? { tag: fallbackTag(target) } : {};
    return { form: 'referrer', manifest: before.digest, ...tag, written: false };
  }
  const { client, repository, subject } = target;
  const { bytes, listed } = await makeManifest(target);
  const pushed = await client.pushManifest({ repository, bytes, mediaType: MANIFEST });
  const made = { form: 'referrer', manifest: pushed.digest, written: true } as const;
  if (pushed.subject === subject.digest) return made;
  const tag = fallbackTag(target);
  await changeTag(client, { repository, tag }, async (index) => addToList(index, listed, tag));
  return { ...made, tag };
}

function fallbackTag({ image }: AttachTarget): string {
  return attachmentTag('fallback-tag', image.digest) ?? '';
}

/** A bundle that the key has signed before; places that cannot be asked are not waited for. */
async function findSigned({
  client,
  repository,
  image,
  key,
}: AttachTarget): Promise<Attachment | undefined> {
  const { attachments } = await findAttachments(client, {
    repository,
    digest: image.digest,
    locations: ['referrers', 'fallback-tag'],
    limits: { layerBytes: MAX_BUNDLE },
  });
  const trust = { ...key.trust, annotations: image.annotations };
  for (const attachment of attachments) {
    const [layer] = attachment.layers;
    if (layer?.descriptor.mediaType !== BUNDLE_MEDIA_TYPE) continue;
    const bytes = await layer.read().catch(() => undefined);
    if (bytes === undefined) continue;
    if (isProof(await verifySigstoreBundle(image.digest, { bytes }, trust))) return attachment;
  }
  return undefined;
}

async function makeManifest(
  target: AttachTarget,
): Promise<{ readonly bytes: Uint8Array; readonly listed: Listed }> {
  const { client, repository, subject, image, key } = target;
  const bundle = signBundle(image, key);
  const annotations = {
    'dev.sigstore.bundle.content': 'dsse-envelope',
    'dev.sigstore.bundle.predicateType': SIGNATURE_PREDICATE,
  };
  const layer = await client.pushBlob(repository, bundle);
  const config = await client.pushBlob(repository, EMPTY.bytes);
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE_MEDIA_TYPE,
    config: { mediaType: EMPTY.mediaType, digest: config, size: EMPTY.bytes.length },
    layers: [{ mediaType: BUNDLE_MEDIA_TYPE, digest: layer, size: bundle.length }],
    subject,
    annotations,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  const described = { mediaType: MANIFEST, digest: digestOf(bytes), size: bytes.length };
  return { bytes, listed: { ...described, artifactType: BUNDLE_MEDIA_TYPE, annotations } };
}

/** The list with one more; what others listed stays as it is. */
function addToList(
  before: FetchedManifest | undefined,
  listed: Listed,
  tag: string,
): NextManifest | undefined {
  const { manifests, rest } = before === undefined ? NO_LIST : readList(before, tag);
  const digests = manifests.map((one) => (isJsonObject(one) ? one['digest'] : undefined));
  if (digests.includes(listed.digest)) return undefined;
  if (manifests.length >= MANIFEST_ITEMS) {
    const found = `tag ${tag} lists ${manifests.length} manifests already`;
    throw new AssayError('failed-precondition', `${found}; remove what is not needed any more`);
  }
  const index = { schemaVersion: 2, mediaType: INDEX, ...rest, manifests: [...manifests, listed] };
  return { bytes: new TextEncoder().encode(JSON.stringify(index)), mediaType: INDEX };
}

interface List {
  readonly manifests: readonly Json[];
  /** What else the index has. */
  readonly rest: JsonObject;
}

const NO_LIST: List = { manifests: [], rest: {} };

function readList({ bytes, mediaType }: FetchedManifest, tag: string): List {
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
  const isList = parseManifest(bytes, mediaType).kind === 'index';
  const manifests = isJsonObject(json) ? json['manifests'] : undefined;
  if (isList && isJsonObject(json) && Array.isArray(manifests)) return { manifests, rest: json };
  const found = `tag ${tag} stands for a manifest, where clients keep the list of referrers`;
  throw new AssayError('failed-precondition', `${found}; remove it, or sign with --cosign`);
}
