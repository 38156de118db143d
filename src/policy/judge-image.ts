/**
 * One image under one Binary Authorization policy: reference, whitelist, rule, attestors, in that
 * order, each leaving a step that explains itself.
 */
import { AssayError } from '../domain/error.ts';
import { type ImageReference, formatImageReference } from '../domain/image-reference.ts';
import { findNamePattern } from '../domain/name-pattern.ts';
import type { AdmissionRule, BinauthzPolicy, PolicyDocument } from '../domain/policy-document.ts';
import type { Evidence, ImageVerdict, RequestedImage, VerdictStep } from '../domain/verdict.ts';
import { type ChosenRule, chooseRule, type OpenChoice, type RequestPlace } from './choose-rule.ts';
import { type Finding, step } from './finding.ts';
import { malformed, pass, readAdmittedReference, verdictOf } from './image-verdict.ts';
import { judgeAttestors } from './judge-attestors.ts';

/** The documents that one policy is judged by: itself, and the system's where it is asked. */
export interface JudgingPolicy {
  readonly policy: BinauthzPolicy;
  /** Looked at only while the policy has globalPolicyEvaluationMode ENABLE. */
  readonly system: PolicyDocument | undefined;
}

/** A pattern that admits a reference without any rule being asked, and whose pattern it is. */
export interface Exemption {
  readonly by: 'system-policy' | 'whitelist';
  readonly pattern: string;
}

/** The exemption of a reference: the system policy is asked before the policy's own whitelist. */
export function findExemption(
  { policy, system }: JudgingPolicy,
  reference: ImageReference,
): Exemption | undefined {
  const asked = policy.globalPolicyEvaluationMode === 'ENABLE' ? system : undefined;
  const global = findNamePattern(asked?.parsed.admissionWhitelistPatterns ?? [], reference);
  if (global !== undefined) return { by: 'system-policy', pattern: global };
  const own = findNamePattern(policy.admissionWhitelistPatterns, reference);
  return own === undefined ? undefined : { by: 'whitelist', pattern: own };
}

/** Judges one image. `evidence` must hold what `wantedEvidence` asked for; less is undecided. */
export function judgeImage(
  asked: { readonly image: RequestedImage; readonly place: RequestPlace },
  judging: JudgingPolicy,
  evidence: Evidence,
): ImageVerdict {
  const reference = readAdmittedReference(asked.image.image);
  if (reference instanceof AssayError) return malformed(asked.image, reference);
  const parsed = step('parse-reference', 'pass', `reads as ${formatImageReference(reference)}`);
  const exemption = findExemption(judging, reference);
  const before = [parsed, ...exemptionSteps(judging, exemption)];
  if (exemption !== undefined) {
    const found = `matches ${whose(exemption)} ${exemption.pattern}`;
    return verdictOf(asked.image, reference, { before, finding: pass(found, []), enforced: true });
  }
  const chosen = chooseRule(judging.policy, asked.place);
  if (chosen.rule === undefined) {
    const enforced = chosen.candidates.some(isEnforced);
    return verdictOf(asked.image, reference, { before, finding: openChoice(chosen), enforced });
  }
  const finding = judgeByRule(reference, chosen, evidence);
  const enforced = isEnforced(chosen.rule);
  const steps = [...before, ruleStep(chosen)];
  return verdictOf(asked.image, reference, { before: steps, finding, enforced });
}

function isEnforced({ enforcementMode }: AdmissionRule): boolean {
  return enforcementMode !== 'DRYRUN_AUDIT_LOG_ONLY';
}

function exemptionSteps(
  { policy, system }: JudgingPolicy,
  exemption: Exemption | undefined,
): readonly VerdictStep[] {
  const global =
    policy.globalPolicyEvaluationMode === 'ENABLE' ? [systemStep(system, exemption)] : [];
  if (exemption?.by === 'system-policy') return global;
  const own =
    exemption === undefined
      ? step('whitelist', 'skip', 'matches no whitelist pattern')
      : step('whitelist', 'pass', `matches ${whose(exemption)} ${exemption.pattern}`);
  return [...global, own];
}

function systemStep(
  system: PolicyDocument | undefined,
  exemption: Exemption | undefined,
): VerdictStep {
  if (system === undefined) {
    const said = 'globalPolicyEvaluationMode is ENABLE, and no system policy is known: no effect';
    return step('system-policy', 'note', said);
  }
  if (exemption?.by === 'system-policy') {
    return step('system-policy', 'pass', `matches ${whose(exemption)} ${exemption.pattern}`);
  }
  const said = `matches no pattern of the system policy (revision ${system.revision})`;
  return step('system-policy', 'skip', said);
}

function whose({ by }: Exemption): string {
  return by === 'whitelist' ? 'the whitelist pattern' : "the system policy's pattern";
}

/** What cannot be known is said, and lets nothing in. */
function openChoice(open: OpenChoice): Finding {
  const found = `the request does not say its ${open.missing}, and the ${open.title} may apply`;
  return {
    outcome: 'undecided',
    sentence: `Undecided by ${open.title}: the request does not say its ${open.missing}`,
    found,
    wanted: `a request that says its ${open.missing}, or rules that do not hang on it`,
    fix:
      'key the rules by cluster or namespace, which every review says: an ImageReview names no ' +
      'service account and no mesh identity',
    steps: [step('choose-rule', 'fail', found)],
  };
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

function ruleStep(chosen: ChosenRule): VerdictStep {
  const { evaluationMode, enforcementMode } = chosen.rule;
  return step('choose-rule', 'note', `the ${chosen.title}: ${evaluationMode}, ${enforcementMode}`);
}
