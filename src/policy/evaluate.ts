/**
 * The product's one judgement: request, policy documents and evidence in, verdict out. Pure: the
 * same values give the same verdict for ever, so a decision can be explained and replayed.
 */
import { AssayError } from '../domain/error.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import type { PolicyDocument } from '../domain/policy-document.ts';
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
import {
  findExemption,
  judgeImage,
  type JudgingPolicy,
  readAdmittedReference,
} from './judge-image.ts';

/** The annotation that lets a request in without respect for the policy, and its only value. */
export const BREAK_GLASS = { key: 'alpha.image-policy.k8s.io/break-glass', value: 'true' } as const;

/** What must be known before `evaluate` can decide. */
export interface WantedEvidence {
  readonly attestations: readonly {
    readonly attestor: string;
    readonly reference: ImageReference;
  }[];
  /** References whose tag's digest would help the denied to correct themselves. */
  readonly tags: readonly ImageReference[];
}

/** Names the evidence that the documents will look at for this request. */
export function wantedEvidence(
  request: AdmissionRequest,
  documents: readonly PolicyDocument[],
): WantedEvidence {
  const attestations = new Map<string, { attestor: string; reference: ImageReference }>();
  const tags = new Map<string, ImageReference>();
  for (const { image } of request.images) {
    const reference = readAdmittedReference(image);
    if (reference instanceof AssayError) continue;
    const judging = judgingPolicies(documents);
    for (const attestor of judging.flatMap((one) => attestorsOf(one, request, reference))) {
      if (reference.digest === undefined) tags.set(`${reference.name}:${reference.tag}`, reference);
      else
        attestations.set(`${attestor} ${reference.name}@${reference.digest}`, {
          attestor,
          reference,
        });
    }
  }
  return { attestations: [...attestations.values()], tags: [...tags.values()] };
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
function judgingPolicies(documents: readonly PolicyDocument[]): readonly JudgingPolicy[] {
  const system = documents.find((one) => one.kind === 'SystemPolicy');
  return documents
    .filter((one) => one !== system)
    .map(({ parsed: policy }) => ({ policy, system }));
}

/** A system policy that no policy asks has no part in the verdict. */
function appliedOf(documents: readonly PolicyDocument[]): readonly PolicyDocument[] {
  const judging = documents.filter((one) => one.kind !== 'SystemPolicy');
  const asked = judging.some((one) => one.parsed.globalPolicyEvaluationMode === 'ENABLE');
  return asked ? documents : judging;
}

/**
 * Judges a request. All documents combine: any deny denies, else any undecided is undecided. A
 * system policy among them exempts images where a policy asks it.
 */
export function evaluate(
  request: AdmissionRequest,
  documents: readonly PolicyDocument[],
  evidence: Evidence,
): Verdict {
  const judging = judgingPolicies(documents);
  const judged = request.images.map((image) =>
    combine(
      judging.map((one) => judgeImage({ image, place: request }, one, evidence)),
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

/** Puts the judgements of several documents over one image together: the worst one speaks. */
function combine(judged: readonly ImageVerdict[], image: RequestedImage): ImageVerdict {
  const outcome = judged.length === 0 ? 'undecided' : worst(judged.map((one) => one.outcome));
  const speaker = judged.find((one) => one.outcome === outcome);
  if (speaker === undefined) return withoutPolicy(image);
  const enforced = outcome === 'allow' || judged.some(isBlocking);
  return { ...speaker, enforced, steps: judged.flatMap((one) => one.steps) };
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
