/** What is put beside an image in its registry, and where. */
import type { Digest } from '../domain/digest.ts';
import type { RegistryClient } from '../remote/registry-client.ts';
import type { Repository } from '../remote/registry-exchange.ts';
import type { SignedImage, SigstoreKey } from '../signing/sign-sigstore.ts';

/** Where a signature is put: under cosign's tag, or as a referrer. */
export type AttachedForm = 'cosign' | 'referrer';

/** What was written to the registry, or was there already. */
export interface AttachedSignature {
  readonly form: AttachedForm;
  /** The manifest that holds it. */
  readonly manifest: Digest;
  /** The tag by which it is found; absent: the registry lists it itself. */
  readonly tag?: string;
  /** False: this key had signed the same before. */
  readonly written: boolean;
}

/** An image of a registry that something is put beside. */
export interface AttachTarget {
  readonly client: RegistryClient;
  readonly repository: Repository;
  readonly image: SignedImage;
  /** The image's manifest, as referrers point at it. */
  readonly subject: { readonly mediaType: string; readonly digest: Digest; readonly size: number };
  readonly key: SigstoreKey;
}
