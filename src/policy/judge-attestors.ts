/**
 * REQUIRE_ATTESTATION: every attestor of the rule (AND) must have attestations over the image's
 * digest by as many different keys of its own as it wants: one, or its threshold. What could not
 * be checked is undecided, never passed.
 */
import { type ImageReference, formatImageReference } from '../domain/image-reference.ts';
import {
  type AttestationCheck,
  type AttestationEvidence,
  type Evidence,
  type Outcome,
  signerOf,
  type VerdictStep,
} from '../domain/verdict.ts';
import type { ChosenRule } from './choose-rule.ts';
import { type Finding, step } from './finding.ts';

const NO_VALID =
  'No attestations found that were valid and signed by a key trusted by the attestor';
/** Why an image by tag has no attestation: nothing attests a tag. */
export const NO_DIGEST = 'Expected digest with sha256 scheme, but got tag or malformed digest';

/** What one attestor has to say of an image. */
export interface AttestorJudgement {
  readonly attestor: string;
  readonly outcome: Outcome;
  readonly found: string;
}

/** Judges an image under a rule that requires attestations. */
export function judgeAttestors(
  reference: ImageReference,
  chosen: ChosenRule,
  evidence: Evidence,
): Finding {
  const attestors = chosen.rule.requireAttestationsBy;
  if (attestors.length === 0) return noAttestors(chosen);
  if (reference.digest === undefined) return noDigest(reference, attestors[0] ?? '', evidence);
  const image = `${reference.name}@${reference.digest}`;
  const judged = attestors.map((attestor) =>
    judgeAttestor(attestor, findEvidence(evidence, attestor, image)),
  );
  const steps = judged.map(attestorStep);
  const failed =
    judged.find((one) => one.outcome === 'deny') ??
    judged.find((one) => one.outcome === 'undecided');
  return failed === undefined ? attested(judged, steps) : refused(failed, image, steps);
}

function findEvidence(
  evidence: Evidence,
  attestor: string,
  image: string,
): AttestationEvidence | undefined {
  return evidence.attestations.find((one) => one.attestor === attestor && one.image === image);
}

/** Judges what is known of one attestor for an image. */
export function judgeAttestor(
  attestor: string,
  evidence: AttestationEvidence | undefined,
): AttestorJudgement {
  if (evidence === undefined)
    return { attestor, outcome: 'undecided', found: 'no evidence was gathered' };
  const { threshold = 1, state, checks } = evidence;
  const verified = bySigner(checks);
  if (state === 'known' && verified.length >= threshold) {
    const found = verified.map(({ occurrence, reason }) => `${occurrence} verifies: ${reason}`);
    return { attestor, outcome: 'allow', found: found.join('; ') };
  }
  const undecided = state === 'unreadable' || checks.some((check) => check.result === 'undecided');
  return { attestor, outcome: undecided ? 'undecided' : 'deny', found: describe(evidence) };
}

/** One proof of each key: a key that signed twice is one key. */
function bySigner(checks: readonly AttestationCheck[]): readonly AttestationCheck[] {
  const proofs = checks.filter((check) => check.result === 'verified');
  return [...new Map(proofs.map((proof) => [signerOf(proof), proof])).values()];
}

/** What was found of an attestor that has no verified attestation. */
function describe(evidence: AttestationEvidence): string {
  if (evidence.state === 'missing') return 'the attestor does not exist';
  if (evidence.state === 'no-note') return "the attestor's note does not exist";
  if (evidence.state === 'no-keys') return 'the attestor has no public key';
  if (evidence.state === 'unreadable') return 'the attestor or its attestations could not be read';
  if (evidence.checks.length === 0) return 'no attestation of this image by this attestor';
  return `${countOf(evidence)}: ${reasonsOf(evidence.checks).slice(0, 5).join('; ')}`;
}

function countOf({ checks, threshold = 1 }: AttestationEvidence): string {
  const valid = bySigner(checks).length;
  if (valid === 0) return `${checks.length} attestation(s), none valid`;
  return `attested by ${valid} of ${threshold} different keys that the attestor wants`;
}

/** Why the others do not count. What is open comes first: it is what the verdict hangs on. */
function reasonsOf(checks: readonly AttestationCheck[]): readonly string[] {
  const open = (check: AttestationCheck): number => Number(check.result === 'undecided');
  return checks
    .filter(({ result }) => result !== 'verified')
    .toSorted((a, b) => open(b) - open(a))
    .map((check) => {
      const { occurrence } = check;
      const said = `${WORDS[check.outcome ?? 'wrong']}${stepOf(check)}${check.reason}`;
      return occurrence === '' ? said : `${occurrence}: ${said}`;
    });
}

const WORDS = { 'nothing-found': '', wrong: '', 'could-not-check': 'could not be checked: ' };

function stepOf({ step }: AttestationCheck): string {
  return step === undefined ? '' : `[${step}] `;
}

function attestorStep(one: AttestorJudgement): VerdictStep {
  const result = one.outcome === 'allow' ? 'pass' : 'fail';
  return step('attestor', result, `${one.attestor}: ${one.found}`);
}

function attested(judged: readonly AttestorJudgement[], steps: readonly VerdictStep[]): Finding {
  const found = judged.map((one) => `attested by ${one.attestor}`).join(', ');
  return { outcome: 'allow', sentence: '', found, wanted: '', fix: '', steps };
}

function refused(failed: AttestorJudgement, image: string, steps: readonly VerdictStep[]): Finding {
  const undecided = failed.outcome === 'undecided';
  return {
    outcome: failed.outcome,
    sentence: undecided
      ? `Undecided by attestor ${failed.attestor}: ${failed.found}`
      : `Denied by attestor ${failed.attestor}: ${NO_VALID}`,
    found: failed.found,
    wanted: `an attestation of ${image} signed by a key of ${failed.attestor}`,
    fix: undecided
      ? 'supply the attestor and its attestations, then ask again'
      : `sign the image's payload with a key of the attestor and create the attestation`,
    steps,
  };
}

function noDigest(reference: ImageReference, attestor: string, evidence: Evidence): Finding {
  const asked = formatImageReference({ ...reference, tag: reference.tag ?? 'latest' });
  const tag = evidence.tags.find((one) => one.image === asked);
  const found =
    tag?.digest === undefined
      ? `${asked} has no digest (${tag?.how ?? 'its tag was not looked up'})`
      : `${asked} has no digest; its tag is now ${tag.digest} (${tag.how})`;
  return {
    outcome: 'deny',
    sentence: `Denied by attestor ${attestor}: ${NO_DIGEST}`,
    found,
    wanted: 'an image named by digest: a tag can move after it was judged',
    fix: `deploy ${reference.name}@${tag?.digest ?? 'sha256:… (the digest of the signed image)'}`,
    steps: [step('digest', 'fail', found)],
  };
}

function noAttestors(chosen: ChosenRule): Finding {
  const found = `the ${chosen.title} requires attestations but names no attestor`;
  return {
    outcome: 'deny',
    sentence: `Denied by ${chosen.title}. It names no attestor`,
    found,
    wanted: 'at least one attestor in requireAttestationsBy',
    fix: 'correct the policy',
    steps: [step('attestor', 'fail', found)],
  };
}
