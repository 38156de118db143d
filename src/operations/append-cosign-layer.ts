/**
 * cosign's classic signatures: layers of one manifest under the tag `sha256-….sig`, to which each
 * signer adds his own. The manifest that is there is kept, but for its layers and the config that
 * lists them.
 */
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts';
import { type Descriptor, type Manifest, parseManifest } from '../image/manifest.ts';
import { attachmentTag } from '../remote/attachment-location.ts';
import { changeTag, type NextManifest } from '../remote/change-tag.ts';
import { ATTACHMENT_LIMITS } from '../remote/find-attachments.ts';
import type { FetchedManifest } from '../remote/registry-client.ts';
import { collectBytes } from '../remote/verify-stream.ts';
import type { CosignLayer } from '../signing/cosign-layer.ts';
import { isProof } from '../signing/proof.ts';
import { signSimple } from '../signing/sign-sigstore.ts';
import { SIMPLE_SIGNING_MEDIA_TYPE } from '../signing/simple-signing.ts';
import { verifyCosign } from '../signing/verify-cosign.ts';
import type { AttachedSignature, AttachTarget } from './attach-target.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const MAX_PAYLOAD = 64 * 1024;

/** Adds a signature of the key, unless one of it is there; whoever signs meanwhile keeps his. */
export async function appendCosignLayer(target: AttachTarget): Promise<AttachedSignature> {
  const { client, repository, image } = target;
  const tag = attachmentTag('signature-tag', image.digest) ?? '';
  let made: CosignLayer | undefined;
  const { digest, written } = await changeTag(client, { repository, tag }, async (before) => {
    const known = before === undefined ? undefined : readExisting(before, tag);
    if (known !== undefined && (await isSignedBy(target, known.manifest))) return undefined;
    made ??= signSimple(image, target.key);
    return nextManifest(target, known, made);
  });
  return { form: 'cosign', manifest: digest ?? image.digest, tag, written };
}

/** A manifest that is there, read and as its JSON, of which nothing is lost. */
interface Existing {
  readonly manifest: Manifest;
  readonly json: JsonObject;
}

function readExisting({ bytes, mediaType }: FetchedManifest, tag: string): Existing {
  const manifest = parseManifest(bytes, mediaType);
  const json: unknown = JSON.parse(new TextDecoder().decode(bytes));
  if (manifest.kind !== 'manifest' || !isJsonObject(json)) {
    const found = `tag ${tag} stands for an index, where cosign keeps a manifest of signatures`;
    throw new AssayError('failed-precondition', `${found}; remove it, or sign with --referrer`);
  }
  const most = ATTACHMENT_LIMITS.layers - 1;
  if (manifest.layers.length <= most) return { manifest, json };
  const found = `tag ${tag} has ${manifest.layers.length} signatures already`;
  const wanted = `nobody here reads more than ${most + 1}; remove old ones: cosign clean`;
  throw new AssayError('failed-precondition', `${found}; ${wanted}`);
}

/** Whether the key has signed this image before; what cannot be read is somebody else's. */
async function isSignedBy(target: AttachTarget, { layers }: Manifest): Promise<boolean> {
  const { image, key } = target;
  const trust = { ...key.trust, annotations: image.annotations };
  for (const layer of layers) {
    if (layer.mediaType !== SIMPLE_SIGNING_MEDIA_TYPE || layer.size > MAX_PAYLOAD) continue;
    const bytes = await readPayload(target, layer);
    if (bytes === undefined) continue;
    const { mediaType, annotations = {} } = layer;
    const answer = await verifyCosign(image.digest, { mediaType, annotations, bytes }, trust);
    if (isProof(answer)) return true;
  }
  return false;
}

async function readPayload(
  { client, repository }: AttachTarget,
  layer: Descriptor,
): Promise<Uint8Array | undefined> {
  try {
    return await collectBytes(client.blob(repository, layer), MAX_PAYLOAD, 'a signed payload');
  } catch {
    return undefined;
  }
}

async function nextManifest(
  { client, repository }: AttachTarget,
  known: Existing | undefined,
  { mediaType, annotations, bytes }: CosignLayer,
): Promise<NextManifest> {
  const digest = await client.pushBlob(repository, bytes);
  const added = { mediaType, size: bytes.length, digest, annotations };
  const before = known?.json['layers'];
  const layers: readonly Json[] = [...(Array.isArray(before) ? before : []), added];
  const digests = [...(known?.manifest.layers ?? []).map((one) => one.digest), digest];
  const config = configOf(digests);
  const described = {
    mediaType: CONFIG,
    size: config.length,
    digest: await client.pushBlob(repository, config),
  };
  const next = { schemaVersion: 2, mediaType: MANIFEST, ...known?.json, config: described, layers };
  return {
    bytes: new TextEncoder().encode(JSON.stringify(next)),
    mediaType: known?.manifest.mediaType ?? MANIFEST,
  };
}

/** An image's config, as cosign writes it, so that tools that copy images copy this as one. */
function configOf(layers: readonly Digest[]): Uint8Array {
  const config = {
    architecture: '',
    created: '0001-01-01T00:00:00Z',
    history: layers.map(() => ({ created: '0001-01-01T00:00:00Z' })),
    os: '',
    rootfs: { type: 'layers', diff_ids: layers },
    config: {},
  };
  return new TextEncoder().encode(JSON.stringify(config));
}
