/**
 * One image under one Binary Authorization policy: reference, whitelist, rule, attestors, in that
 * order, each leaving a step that explains itself.
 */
import { AssayError } from '../domain/error.ts';
import {
  type ImageReference,
  formatImageReference,
  parseImageReference,
  refuseDigestLikeTag,
} from '../domain/image-reference.ts';
import { findNamePattern } from '../domain/name-pattern.ts';
import type { BinauthzPolicy } from '../domain/policy-document.ts';
import type { Evidence, ImageVerdict, RequestedImage, VerdictStep } from '../domain/verdict.ts';
import { type ChosenRule, chooseRule } from './choose-rule.ts';
import { judgeAttestors } from './judge-attestors.ts';
import { type Finding, step } from './finding.ts';

/**
 * Reads an image for admission: any reference of the grammar, except one with a digest for a tag.
 */
export function readAdmittedReference(image: string): ImageReference | AssayError {
  try {
    const reference = parseImageReference(image);
    refuseDigestLikeTag(reference);
    return reference;
  } catch (error) {
    if (error instanceof AssayError) return error;
    throw error;
  }
}

/** The whitelist pattern that admits a reference without any rule being asked. */
export function findWhitelistPattern(
  policy: BinauthzPolicy,
  reference: ImageReference,
): string | undefined {
  return findNamePattern(policy.admissionWhitelistPatterns, reference);
}

/** Judges one image. `evidence` must hold what `wantedEvidence` asked for; less is undecided. */
export function judgeImage(
  asked: { readonly image: RequestedImage; readonly cluster: string | undefined },
  policy: BinauthzPolicy,
  evidence: Evidence,
): ImageVerdict {
  const reference = readAdmittedReference(asked.image.image);
  if (reference instanceof AssayError) return malformed(asked.image, reference);
  const parsed = [
    step('parse-reference', 'pass', `reads as ${formatImageReference(reference)}`),
    ...systemPolicySteps(policy),
  ];
  const pattern = findWhitelistPattern(policy, reference);
  if (pattern !== undefined) {
    const admitted = step('whitelist', 'pass', `matches the whitelist pattern ${pattern}`);
    const finding = pass(`matches the whitelist pattern ${pattern}`, [admitted]);
    return verdictOf(asked.image, reference, { before: parsed, finding, enforced: true });
  }
  const chosen = chooseRule(policy, asked.cluster);
  const before = [
    ...parsed,
    step('whitelist', 'skip', 'matches no whitelist pattern'),
    ruleStep(chosen),
  ];
  const finding = judgeByRule(reference, chosen, evidence);
  const enforced = chosen.rule.enforcementMode !== 'DRYRUN_AUDIT_LOG_ONLY';
  return verdictOf(asked.image, reference, { before, finding, enforced });
}

/** The field is kept for Google's clients; what it would ask for does not exist here yet. */
function systemPolicySteps(policy: BinauthzPolicy): readonly VerdictStep[] {
  if (policy.globalPolicyEvaluationMode !== 'ENABLE') return [];
  const said = 'globalPolicyEvaluationMode is ENABLE, and there is no system policy: no effect';
  return [step('system-policy', 'note', said)];
}

function judgeByRule(reference: ImageReference, chosen: ChosenRule, evidence: Evidence): Finding {
  const mode = chosen.rule.evaluationMode;
  if (mode === 'REQUIRE_ATTESTATION') return judgeAttestors(reference, chosen, evidence);
  if (mode === 'ALWAYS_ALLOW') return pass(`the ${chosen.title} allows every image`, []);
  return {
    outcome: 'deny',
    sentence: `Denied by ${chosen.title}. Overridden by evaluation mode`,
    found: `the ${chosen.title} has evaluation mode ALWAYS_DENY`,
    wanted: 'an image that matches a whitelist pattern of the policy',
    fix: 'add a pattern for the image to admissionWhitelistPatterns, or change the rule',
    steps: [step('evaluation-mode', 'fail', 'ALWAYS_DENY')],
  };
}

function malformed(image: RequestedImage, error: AssayError): ImageVerdict {
  return {
    ...image,
    outcome: 'deny',
    enforced: true,
    sentence: `Denied: the image reference does not parse: ${error.message}`,
    found: JSON.stringify(image.image.slice(0, 300)),
    wanted: 'an image reference such as registry.example/team/app@sha256:…',
    fix: 'correct the image field of the workload',
    steps: [step('parse-reference', 'fail', error.message)],
  };
}

function verdictOf(
  image: RequestedImage,
  reference: ImageReference,
  judged: {
    readonly before: readonly VerdictStep[];
    readonly finding: Finding;
    readonly enforced: boolean;
  },
): ImageVerdict {
  const { steps, ...rest } = judged.finding;
  return {
    ...image,
    reference: formatImageReference(reference),
    ...(reference.digest === undefined ? {} : { digest: reference.digest }),
    ...rest,
    enforced: judged.enforced,
    steps: [...judged.before, ...steps],
  };
}

function ruleStep(chosen: ChosenRule): VerdictStep {
  const { evaluationMode, enforcementMode } = chosen.rule;
  return step('choose-rule', 'note', `the ${chosen.title}: ${evaluationMode}, ${enforcementMode}`);
}

function pass(found: string, steps: readonly VerdictStep[]): Finding {
  return { outcome: 'allow', sentence: '', found, wanted: '', fix: '', steps };
}
