/**
 * Policies of trust: which signatures an image must have, whoever makes and keeps them. Rules name
 * repositories; all rules that match apply, so that one more rule never lets more in.
 */
import type { JsonObject } from './json.ts';
import type { PolicyRevision } from './policy-document.ts';

/** A policy of trust of a project. */
export interface ImageTrustPolicy {
  readonly description?: string;
  /** What becomes of an image that no rule matches: denied, or none of this policy's business. */
  readonly unmatched: 'deny' | 'pass';
  readonly rules: readonly TrustRule[];
}

/** What the images of some repositories need. */
export interface TrustRule {
  /** For people; unique within the policy. */
  readonly name: string;
  /** Name patterns, as those of the whitelist. */
  readonly images: readonly string[];
  /** Name patterns that the rule does not reach, whatever `images` say. */
  readonly except?: readonly string[];
  readonly enforcement: 'enforce' | 'dry-run';
  /** All of them are needed; none: the images are let pass. */
  readonly require: readonly TrustRequirement[];
}

/** One of the authorities is enough. */
export interface TrustRequirement {
  readonly anyOf: readonly TrustAuthority[];
}

/** Who may vouch for an image, and how. */
export type TrustAuthority =
  | CosignAuthority
  | NotationAuthority
  | NotaryAuthority
  | AttestorAuthority;

/** A public key as a person gives it. */
export interface TrustKey {
  /** PEM `PUBLIC KEY`. */
  readonly text: string;
  /** In Binary Authorization's words; absent: the one that openssl takes for it. */
  readonly algorithm?: string;
}

/** An identity's text, or an RE2 pattern that must match all of it. */
export type TrustMatch = { readonly exact: string } | { readonly pattern: string };

/** Signatures in sigstore's forms, in the image's registry: one key or identity is enough. */
export interface CosignAuthority {
  readonly kind: 'cosign';
  readonly keys: readonly TrustKey[];
  readonly identities: readonly { readonly issuer: TrustMatch; readonly subject: TrustMatch }[];
  /** A `trusted_root.json`; needed by identities. */
  readonly trustRoot?: JsonObject;
  /** Annotations that the signed payload must have. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of attestations: a short name of a predicate, or its URI; absent: signatures of the image. */
  readonly predicateType?: string;
}

/** Notation's signatures, by its own trust policy. */
export interface NotationAuthority {
  readonly kind: 'notation';
  /** A `trustpolicy.json`. */
  readonly policy: JsonObject;
  /** PEM texts by `KIND:NAME` of their store. */
  readonly trustStores: Readonly<Record<string, readonly string[]>>;
}

/** Docker Content Trust: the digest that is signed for the image's tag. */
export interface NotaryAuthority {
  readonly kind: 'notary';
  /** `https://HOST[:PORT]`. */
  readonly server: string;
  /** Root documents in base64 by repository; of others the approved ones count. */
  readonly roots?: Readonly<Record<string, string>>;
  /** Who must have signed, each in a role of his own; none: the release role. */
  readonly signers: readonly { readonly name: string; readonly key: string }[];
}

/** Attestations by an attestor of Binary Authorization. */
export interface AttestorAuthority {
  readonly kind: 'attestor';
  /** `projects/P/attestors/A`. */
  readonly attestor: string;
}

/** A kept revision of a project's policy of trust. */
export type TrustDocument = PolicyRevision<'ImageTrustPolicy', ImageTrustPolicy>;

/** Every authority of a policy. */
export function authoritiesOf(policy: ImageTrustPolicy): readonly TrustAuthority[] {
  return policy.rules.flatMap(({ require }) => require.flatMap(({ anyOf }) => anyOf));
}
