/** What is asked of the policies, what they are shown, and what they answer. All values. */
import type { Digest } from './digest.ts';
import type { RegoEvidence } from './rego-policy.ts';
import type { Micros } from './time.ts';

/** One image of an admission request, as written, with the field it stands in. */
export interface RequestedImage {
  readonly image: string;
  /** e.g. `spec.containers[0].image`. */
  readonly field: string;
}

/** An admission question, whatever wire form it came in. */
export interface AdmissionRequest {
  readonly source: 'image-review' | 'offline';
  readonly project: string;
  /** `location.clusterId`, where known. */
  readonly cluster?: string;
  readonly namespace?: string;
  /** Name of the pod's service account, where the request says it; an ImageReview does not. */
  readonly serviceAccount?: string;
  /** Trust domain of the cluster's service mesh, where it is known. */
  readonly trustDomain?: string;
  /** Only keys of `*.image-policy.k8s.io/`: nothing else of the object is kept. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly images: readonly RequestedImage[];
}

/** One attestation that was looked at for one image and attestor, and what came of it. */
export interface AttestationCheck {
  /** Occurrence name. */
  readonly occurrence: string;
  readonly publicKeyId: string;
  readonly result: 'verified' | 'refused' | 'undecided';
  /** Why it was refused or could not be checked; for `verified` what was checked. */
  readonly reason: string;
  /** Which verifier answered, e.g. `pgp`. */
  readonly kind?: string;
  /** Of a refusal: nothing was found, something wrong was, or it could not be checked. */
  readonly outcome?: 'nothing-found' | 'wrong' | 'could-not-check';
  /** Of a refusal: the step that failed, e.g. `payload-digest`. */
  readonly step?: string;
  /** Of a proof. */
  readonly grade?: 'declared' | 'attested' | 'verified';
  /** Of a proof: the key that signed, by what it is and not by the id that it was given. */
  readonly signer?: string;
  /** Of a proof: when the signature existed, as somebody else than its signer says. */
  readonly trustedTime?: Micros;
}

/** Which key a check that verifies stands for: what is signed twice by one key counts once. */
export function signerOf({ signer, publicKeyId }: AttestationCheck): string {
  return signer ?? publicKeyId;
}

/** What is known of one attestor for one image. */
export interface AttestationEvidence {
  /** `projects/P/attestors/A`. */
  readonly attestor: string;
  /** Normalised `registry/path@sha256:…`. */
  readonly image: string;
  /**
   * Absent attestor: `missing`; its note absent or no attestation authority: `no-note`; without
   * keys: `no-keys`; data could not be read: `unreadable`.
   */
  readonly state: 'known' | 'missing' | 'no-note' | 'no-keys' | 'unreadable';
  /** How many different keys must have signed; absent: 1. */
  readonly threshold?: number;
  readonly checks: readonly AttestationCheck[];
}

/** One signature, or one place without any, that was looked at for an authority of trust. */
export interface TrustCheck {
  /** Which verifier answered, e.g. `cosign`. */
  readonly kind: string;
  readonly outcome: 'verified' | 'nothing-found' | 'wrong' | 'could-not-check';
  /** What was checked, or why it does not count. */
  readonly reason: string;
  /** Of a refusal: the step that failed, e.g. `certificate-identity`. */
  readonly step?: string;
  /** Of a proof. */
  readonly grade?: 'declared' | 'attested' | 'verified';
  readonly signer?: string;
}

/** What is known of one authority of a policy of trust for one image. */
export interface TrustEvidence {
  /** Where the authority stands in the policy, e.g. `rules[0].require[1].anyOf[0]`. */
  readonly place: string;
  /** Normalised reference, as it was asked for. */
  readonly image: string;
  readonly checks: readonly TrustCheck[];
  /** Of Docker Content Trust: what the tag is signed for. */
  readonly signed?: Digest;
}

/** The digest that a tag has now, for saying what to deploy instead. */
export interface TagEvidence {
  /** Normalised `registry/path:tag`. */
  readonly image: string;
  readonly digest?: Digest;
  /** How it is known or why not: e.g. `the registry said so`, `registry not reachable`. */
  readonly how: string;
}

/** Everything that an evaluation may look at besides request and policies. */
export interface Evidence {
  readonly attestations: readonly AttestationEvidence[];
  readonly tags: readonly TagEvidence[];
  /** Absent: no policy of trust asked. */
  readonly trust?: readonly TrustEvidence[];
  /** Absent: no policy in Rego asked. */
  readonly rego?: readonly RegoEvidence[];
}

/** What was decided of an image or a request. `undecided` lets nothing in. */
export type Outcome = 'allow' | 'deny' | 'undecided';

/** One step of the way to an image's outcome, in order, for `assay decisions show`. */
export interface VerdictStep {
  /** Kebab-case step, e.g. `parse-reference`, `whitelist`, `choose-rule`, `attestor`. */
  readonly step: string;
  readonly result: 'pass' | 'fail' | 'skip' | 'note';
  readonly message: string;
}

/** The verdict over one image. */
export interface ImageVerdict {
  readonly image: string;
  readonly field: string;
  /** Normalised reference, where it parses. */
  readonly reference?: string;
  readonly digest?: Digest;
  readonly outcome: Outcome;
  /** Whether a denial of it blocks the request; false: the rule that denies is a dry run. */
  readonly enforced: boolean;
  /** First line of the denial: the field's own sentence; empty when allowed without remark. */
  readonly sentence: string;
  readonly found: string;
  readonly wanted: string;
  readonly fix: string;
  readonly steps: readonly VerdictStep[];
}

/** The verdict over a request. There is no default: every field is decided. */
export interface Verdict {
  /** What the policies say, before break-glass and dry run. */
  readonly outcome: Outcome;
  /** What the cluster is told. */
  readonly allowed: boolean;
  readonly breakGlass: boolean;
  /** True where a denial was let through because every denying rule is dry run. */
  readonly dryRun: boolean;
  readonly images: readonly ImageVerdict[];
  /** `kind/name@revision` of every document that was applied. */
  readonly policies: readonly string[];
}
