/**
 * Putting a signature beside an image in its registry, where others look for it: cosign's tag, or a
 * referrer of OCI 1.1. Nothing is kept here: neither a server nor a data folder is needed. What
 * others attached stays, and what this key has signed before is not signed again.
 */
import { parseDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import {
  type ImageReference,
  parseImageReference,
  refuseDigestLikeTag,
  withDefaultTag,
} from '../domain/image-reference.ts';
import { parseManifest } from '../image/manifest.ts';
import type { RegistryClient } from '../remote/registry-client.ts';
import type { PrivateKeyText } from '../signing/sign-payload.ts';
import { openSigstoreKey, type SigstoreKey, signatureStatement } from '../signing/sign-sigstore.ts';
import { createSimpleSigning } from '../signing/simple-signing.ts';
import { attachReferrer } from './attach-referrer.ts';
import { type RegistryReach, reachRegistry } from './reach-registry.ts';
import { appendCosignLayer } from './append-cosign-layer.ts';
import type { AttachedForm, AttachedSignature, AttachTarget } from './attach-target.ts';

/** What is signed, by which key, and in which forms. */
export interface AttachSignatureInput {
  /** By digest. */
  readonly image: string;
  /** A PEM private key. */
  readonly key: PrivateKeyText;
  readonly forms: readonly AttachedForm[];
  /** Signed along with the image. */
  readonly annotations?: Readonly<Record<string, string>>;
}

type Attach = (target: AttachTarget) => Promise<AttachedSignature>;

const WAYS: Readonly<Record<AttachedForm, Attach>> = {
  cosign: appendCosignLayer,
  referrer: attachReferrer,
};

/** How the registry is reached, and who hears of each form as it is done. */
export interface AttachAccess {
  readonly registry: RegistryReach;
  readonly done: (signature: AttachedSignature) => void;
}

/**
 * Signs and writes, form by form; answers the algorithm of the signatures. Throws
 * `invalid-argument` for a tag, naming the digest that it has now, and `not-found` for an image
 * that its registry does not have.
 */
export async function attachSignature(
  { image, key, forms, annotations = {} }: AttachSignatureInput,
  { registry, done }: AttachAccess,
): Promise<string> {
  const opened = openSigstoreKey(key);
  const parsed = parseImageReference(image);
  refuseDigestLikeTag(parsed);
  const client = reachRegistry(registry);
  try {
    const target = await openTarget(client, parsed, { key: opened, annotations });
    for (const form of forms) done(await WAYS[form](target));
    return opened.algorithm;
  } finally {
    await client.close();
  }
}

/** What {@link attachSignature} signs in a form, without annotations. */
export function attachedPayload(form: AttachedForm, image: string): Uint8Array {
  const { name, digest } = parseImageReference(image);
  if (digest === undefined) {
    throw new AssayError('invalid-argument', `${image} has no digest; sign an image by its digest`);
  }
  const signed = { name, digest: parseDigest(digest), annotations: {} };
  return form === 'cosign' ? createSimpleSigning(signed) : signatureStatement(signed);
}

interface Signing {
  readonly key: SigstoreKey;
  readonly annotations: Readonly<Record<string, string>>;
}

async function openTarget(
  client: RegistryClient,
  parsed: ImageReference,
  { key, annotations }: Signing,
): Promise<AttachTarget> {
  const { domain, path, name, tag, digest: wanted } = withDefaultTag(parsed);
  const repository = { domain, path };
  const found = await client.manifest({ repository, target: wanted ?? tag ?? 'latest' });
  const { bytes, digest } = found;
  if (wanted === undefined) throw movable(`${name}:${tag}`, `${name}@${digest}`);
  const { mediaType } = parseManifest(bytes, found.mediaType);
  const image = { name, digest, annotations };
  const subject = { mediaType, digest, size: bytes.length };
  return { client, repository, image, subject, key };
}

function movable(image: string, now: string): AssayError {
  const found = `${image} is a tag, which can move after it was signed`;
  return new AssayError('invalid-argument', `${found}; its image is now ${now}: sign that`);
}
