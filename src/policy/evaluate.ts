/**
 * The product's one judgement: request, policy documents and evidence in, verdict out. Pure: the
 * same values give the same verdict for ever, so a decision can be explained and replayed.
 */
import { AssayError } from '../domain/error.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import type { TrustDocument } from '../domain/image-trust-policy.ts';
import type { PolicyDocument } from '../domain/policy-document.ts';
import type { RegoDocument } from '../domain/rego-policy.ts';
import type {
  AdmissionRequest,
  Evidence,
  ImageVerdict,
  Outcome,
  RequestedImage,
  Verdict,
} from '../domain/verdict.ts';
import { chooseRule } from './choose-rule.ts';
import { step } from './finding.ts';
import { readAdmittedReference } from './image-verdict.ts';
import { findExemption, judgeImage, type JudgingPolicy } from './judge-image.ts';
import { judgeRego } from './judge-rego.ts';
import { judgeTrust, type WantedTrust, wantedTrust } from './judge-trust.ts';

/** The annotation that lets a request in without respect for the policy, and its only value. */
export const BREAK_GLASS = { key: 'alpha.image-policy.k8s.io/break-glass', value: 'true' } as const;

/** A document of any kind that requests are judged by. */
export type JudgingDocument = PolicyDocument | TrustDocument | RegoDocument;

/** What must be known before `evaluate` can decide. */
export interface WantedEvidence {
  readonly attestations: readonly {
    readonly attestor: string;
    readonly reference: ImageReference;
  }[];
  /** References whose tag's digest would help the denied to correct themselves. */
  readonly tags: readonly ImageReference[];
  /** Authorities of policies of trust; absent: none is asked. */
  readonly trust?: readonly WantedTrust[];
  /** Whose pull secrets may be used for them. */
  readonly namespace?: string | undefined;
  /** Policies in Rego that are to be evaluated, and what about; absent: none. */
  readonly rego?: {
    readonly documents: readonly RegoDocument[];
    readonly request: AdmissionRequest;
  };
}

/** Names the evidence that the documents will look at for this request. */
export function wantedEvidence(
  request: AdmissionRequest,
  documents: readonly JudgingDocument[],
): WantedEvidence {
  const attestations = new Map<string, { attestor: string; reference: ImageReference }>();
  const tags = new Map<string, ImageReference>();
  const trust = new Map<string, WantedTrust>();
  const rego = regoDocuments(documents);
  for (const { image } of request.images) {
    const reference = readAdmittedReference(image);
    if (reference instanceof AssayError) continue;
    const wanted = trustDocuments(documents).flatMap((one) => wantedTrust(one.parsed, reference));
    const attestors = [
      ...judgingPolicies(documents).flatMap((one) => attestorsOf(one, request, reference)),
      ...wanted.flatMap(({ authority: one }) => (one.kind === 'attestor' ? [one.attestor] : [])),
    ];
    const named = `${reference.name}:${reference.tag}@${reference.digest}`;
    if (reference.digest === undefined && attestors.length + wanted.length > 0) {
      tags.set(`${reference.name}:${reference.tag}`, reference);
    }
    for (const attestor of reference.digest === undefined ? [] : attestors) {
      const key = `${attestor} ${reference.name}@${reference.digest}`;
      attestations.set(key, { attestor, reference });
    }
    for (const one of wanted.filter(isAsked)) trust.set(`${one.place} ${named}`, one);
  }
  return {
    attestations: [...attestations.values()],
    tags: [...tags.values()],
    ...(trust.size === 0 ? {} : { trust: [...trust.values()], namespace: request.namespace }),
    ...(rego.length === 0 ? {} : { rego: { documents: rego, request } }),
  };
}

/** A tag alone is asked about only where tags are what is signed. */
function isAsked({ authority: { kind }, reference }: WantedTrust): boolean {
  return kind !== 'attestor' && (reference.digest !== undefined || kind === 'notary');
}

function trustDocuments(documents: readonly JudgingDocument[]): readonly TrustDocument[] {
  return documents.filter((one) => one.kind === 'ImageTrustPolicy');
}

function regoDocuments(documents: readonly JudgingDocument[]): readonly RegoDocument[] {
  return documents.filter((one) => one.kind === 'RegoPolicy');
}

function attestorsOf(
  judging: JudgingPolicy,
  request: AdmissionRequest,
  reference: ImageReference,
): readonly string[] {
  if (findExemption(judging, reference) !== undefined) return [];
  return chooseRule(judging.policy, request).rule?.requireAttestationsBy ?? [];
}

/** The policies that judge: the system's is no judge, it only exempts. */
function judgingPolicies(documents: readonly JudgingDocument[]): readonly JudgingPolicy[] {
  const policies = documents.filter(isBinauthz);
  const system = policies.find((one) => one.kind === 'SystemPolicy');
  return policies.filter((one) => one !== system).map(({ parsed: policy }) => ({ policy, system }));
}

function isBinauthz(document: JudgingDocument): document is PolicyDocument {
  return document.kind === 'BinauthzPolicy' || document.kind === 'SystemPolicy';
}

/** A system policy that no policy asks has no part in the verdict. */
function appliedOf(documents: readonly JudgingDocument[]): readonly JudgingDocument[] {
  const asked = judgingPolicies(documents).some(
    ({ policy }) => policy.globalPolicyEvaluationMode === 'ENABLE',
  );
  return asked ? documents : documents.filter((one) => one.kind !== 'SystemPolicy');
}

/**
 * Judges a request. All documents combine: any deny denies, else any undecided is undecided. A
 * system policy among them exempts images where a policy asks it.
 */
export function evaluate(
  request: AdmissionRequest,
  documents: readonly JudgingDocument[],
  evidence: Evidence,
): Verdict {
  const judging = judgingPolicies(documents);
  const trusting = trustDocuments(documents);
  const judged = request.images.map((image) =>
    combine(
      [
        ...judging.map((one) => judgeImage({ image, place: request }, one, evidence)),
        ...trusting.map((one) => judgeTrust(image, one, evidence)),
        ...regoDocuments(documents).map((one) => judgeRego(image, one, evidence)),
      ],
      image,
    ),
  );
  const outcome = judged.length === 0 ? 'undecided' : worst(judged.map((one) => one.outcome));
  const blocked = judged.length === 0 || judged.some(isBlocking);
  const malformed = judged.some((one) => one.reference === undefined);
  const breakGlass =
    request.annotations[BREAK_GLASS.key] === BREAK_GLASS.value && judged.length > 0 && !malformed;
  return {
    outcome,
    allowed: breakGlass || !blocked,
    breakGlass,
    dryRun: !breakGlass && !blocked && outcome !== 'allow',
    images: judged,
    policies: appliedOf(documents).map((one) => `${one.kind}/${one.name}@${one.revision}`),
  };
}

/**
 * Puts the judgements of several documents over one image together: the worst of those that block
 * the request speaks, and a dry run only where nothing blocks.
 */
function combine(judged: readonly ImageVerdict[], image: RequestedImage): ImageVerdict {
  const outcome = judged.length === 0 ? 'undecided' : worst(judged.map((one) => one.outcome));
  const blocking = judged.filter(isBlocking);
  const isWorst = (one: ImageVerdict): boolean => one.outcome === outcome;
  const speaker = blocking.find(isWorst) ?? blocking[0] ?? judged.find(isWorst);
  if (speaker === undefined) return withoutPolicy(image);
  const enforced = outcome === 'allow' || blocking.length > 0;
  return { ...speaker, outcome, enforced, steps: judged.flatMap((one) => one.steps) };
}

function isBlocking(image: ImageVerdict): boolean {
  return image.outcome !== 'allow' && image.enforced;
}

function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('deny')) return 'deny';
  return outcomes.includes('undecided') ? 'undecided' : 'allow';
}

function withoutPolicy(image: RequestedImage): ImageVerdict {
  return {
    ...image,
    outcome: 'undecided',
    enforced: true,
    sentence: 'Undecided: no policy applies',
    found: 'no policy document',
    wanted: 'a policy of the project',
    fix: 'set a policy',
    steps: [step('policy', 'fail', 'no policy document applies')],
  };
}
