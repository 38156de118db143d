/** A policy in Rego as a document: its modules and data, and what was found by evaluating it. */
import type { KnownImage } from './image-facts.ts';
import type { JsonObject } from './json.ts';
import type { PolicyRevision } from './policy-document.ts';

/**
 * What a policy's `input` is: the AdmissionReview, as OPA is asked; the object alone, as conftest
 * gives it; or the review and parameters of a constraint, as Gatekeeper gives them.
 */
export type RegoInput = 'admission-review' | 'object' | 'gatekeeper';

/** What a document of Rego says. */
export interface RegoPolicy {
  readonly description?: string;
  readonly enforcement: 'enforce' | 'dry-run';
  readonly regoVersion: 'v0' | 'v1';
  readonly input?: RegoInput;
  /** What `input.parameters` is for Gatekeeper's templates. */
  readonly parameters?: JsonObject;
  /** The one package that is asked, dotted; absent: each that has a rule of a decision. */
  readonly package?: string;
  /** Texts by the name that errors use. */
  readonly modules: Readonly<Record<string, string>>;
  /** Base documents. */
  readonly data?: JsonObject;
}

/** A kept revision of a project's policy in Rego. */
export type RegoDocument = PolicyRevision<'RegoPolicy', RegoPolicy>;

/** What the rules of a policy in Rego answered about one request. */
export interface RegoEvidence {
  /** `RegoPolicy/rego@3`. */
  readonly policy: string;
  /** Rules that were asked, e.g. `data.main.deny`. */
  readonly asked: readonly string[];
  /** Why the request is to be refused; each begins with its rule. */
  readonly denials: readonly string[];
  readonly warnings: readonly string[];
  /** Why the policy could not be evaluated. */
  readonly problem?: string;
  /** What it was told of images; absent: it asks for no facts. */
  readonly facts?: readonly Pick<KnownImage, 'image' | 'status' | 'digest' | 'scanned'>[];
}
