/**
 * One image under a policy of trust. Every rule that matches applies; of a rule every requirement
 * must be met, each by any one of its authorities. What could not be checked is undecided, never
 * passed, and says so.
 */
import { AssayError } from '../domain/error.ts';
import {
  type ImageReference,
  formatImageReference,
  withDefaultTag,
} from '../domain/image-reference.ts';
import type {
  ImageTrustPolicy,
  TrustAuthority,
  TrustDocument,
  TrustRequirement,
  TrustRule,
} from '../domain/image-trust-policy.ts';
import { findNamePattern } from '../domain/name-pattern.ts';
import type {
  Evidence,
  ImageVerdict,
  Outcome,
  RequestedImage,
  TagEvidence,
  TrustCheck,
  TrustEvidence,
  VerdictStep,
} from '../domain/verdict.ts';
import { type Finding, step } from './finding.ts';
import { malformed, pass, readAdmittedReference, verdictOf } from './image-verdict.ts';
import { judgeAttestor, NO_DIGEST } from './judge-attestors.ts';

/** An authority that is to be asked of an image, and where it stands. */
export interface WantedTrust {
  /** e.g. `rules[0].require[1].anyOf[0]`. */
  readonly place: string;
  readonly authority: TrustAuthority;
  readonly reference: ImageReference;
}

interface PlacedRule {
  readonly rule: TrustRule;
  readonly place: string;
}

/** What must be known of an image before it can be judged. */
export function wantedTrust(
  policy: ImageTrustPolicy,
  reference: ImageReference,
): readonly WantedTrust[] {
  return matchingRules(policy, reference).flatMap(({ rule, place }) =>
    rule.require.flatMap((requirement, index) =>
      requirement.anyOf.map((authority, at) => ({
        place: `${place}.require[${index}].anyOf[${at}]`,
        authority,
        reference,
      })),
    ),
  );
}

function matchingRules(policy: ImageTrustPolicy, reference: ImageReference): readonly PlacedRule[] {
  return policy.rules
    .map((rule, index) => ({ rule, place: `rules[${index}]` }))
    .filter(({ rule: { images, except = [] } }) => {
      const named = findNamePattern(images, reference) !== undefined;
      return named && findNamePattern(except, reference) === undefined;
    });
}

/** Judges one image; evidence that is missing leaves it undecided. */
export function judgeTrust(
  image: RequestedImage,
  { parsed: policy }: TrustDocument,
  evidence: Evidence,
): ImageVerdict {
  const reference = readAdmittedReference(image.image);
  if (reference instanceof AssayError) return malformed(image, reference);
  const before = [step('parse-reference', 'pass', `reads as ${formatImageReference(reference)}`)];
  const rules = matchingRules(policy, reference);
  if (rules.length === 0) {
    return verdictOf(image, reference, { before, finding: unmatched(policy), enforced: true });
  }
  const judged = rules.map((one) => ({ ...one, ...judgeRule(one, reference, evidence) }));
  const failed = judged.filter(({ finding }) => finding.outcome !== 'allow');
  const enforced = failed.length === 0 || failed.some((one) => one.rule.enforcement === 'enforce');
  const speaker =
    failed.find(({ finding }) => finding.outcome === 'deny') ?? failed[0] ?? judged[0];
  const finding = speaker?.finding ?? unmatched(policy);
  const steps = judged.flatMap((one) => one.finding.steps);
  return verdictOf(image, reference, { before, finding: { ...finding, steps }, enforced });
}

function unmatched(policy: ImageTrustPolicy): Finding {
  const found = 'no rule of the policy of trust matches the image';
  if (policy.unmatched === 'pass') {
    return { ...pass(found, []), steps: [step('trust-rule', 'skip', found)] };
  }
  return {
    outcome: 'deny',
    sentence: 'Denied by policy of trust. No rule matches the image',
    found,
    wanted: 'a rule whose patterns match the image',
    fix: 'add a rule for the repository, or deploy from one that a rule names',
    steps: [step('trust-rule', 'fail', found)],
  };
}

function judgeRule(
  placed: PlacedRule,
  reference: ImageReference,
  evidence: Evidence,
): { readonly finding: Finding } {
  const { rule, place } = placed;
  const title = `trust rule ${JSON.stringify(rule.name)}`;
  const note = step('trust-rule', 'note', `${title} applies (${place}, ${rule.enforcement})`);
  if (rule.require.length === 0) return { finding: pass(`${title} requires nothing`, [note]) };
  const judged = rule.require.map((requirement, index) =>
    judgeRequirement({ requirement, place: `${place}.require[${index}]` }, reference, evidence),
  );
  const steps = [note, ...judged.map(requirementStep)];
  const failed =
    judged.find((one) => one.outcome === 'deny') ??
    judged.find((one) => one.outcome === 'undecided');
  if (failed !== undefined) return { finding: refused(title, failed, { reference, steps }) };
  return { finding: pass(judged.map(({ found }) => found).join('; '), steps) };
}

interface Judged {
  readonly outcome: Outcome;
  readonly place: string;
  readonly found: string;
  readonly wanted: string;
  readonly fix: string;
}

function judgeRequirement(
  { requirement, place }: { readonly requirement: TrustRequirement; readonly place: string },
  reference: ImageReference,
  evidence: Evidence,
): Judged {
  const judged = requirement.anyOf.map((authority, at) =>
    judgeAuthority({ authority, place: `${place}.anyOf[${at}]`, reference }, evidence),
  );
  const met = judged.find((one) => one.outcome === 'allow');
  if (met !== undefined) return { ...met, place };
  const open = judged.find((one) => one.outcome === 'undecided');
  const found = judged.map((one) => one.found).join('; or ');
  const wanted = judged.map((one) => one.wanted).join(', or ');
  const fix = (open ?? judged[0])?.fix ?? '';
  return { outcome: open === undefined ? 'deny' : 'undecided', place, found, wanted, fix };
}

function judgeAuthority(wanted: WantedTrust, evidence: Evidence): Judged {
  const { authority, place, reference } = wanted;
  const who = nameOf(authority);
  const base = { place, wanted: who };
  if (reference.digest === undefined) return { ...base, ...withoutDigest(wanted, evidence) };
  if (authority.kind === 'attestor') {
    const image = `${reference.name}@${reference.digest}`;
    const known = evidence.attestations.find(
      (one) => one.attestor === authority.attestor && one.image === image,
    );
    const { outcome, found } = judgeAttestor(authority.attestor, known);
    return { ...base, outcome, found: `${who}: ${found}`, fix: fixOf(outcome, who) };
  }
  const known = findTrust(evidence, wanted);
  const outcome = outcomeOf(known);
  return { ...base, outcome, found: `${who}: ${describe(known)}`, fix: fixOf(outcome, who) };
}

function nameOf(authority: TrustAuthority): string {
  if (authority.kind === 'attestor') return `an attestation by ${authority.attestor}`;
  if (authority.kind === 'notary') return `a tag signed at ${authority.server}`;
  if (authority.kind === 'notation') return "a signature by Notation's trust policy";
  const what = authority.predicateType === undefined ? 'signature' : 'attestation';
  return `a cosign ${what} by a key or identity of the rule`;
}

function findTrust(
  evidence: Evidence,
  { place, reference }: WantedTrust,
): TrustEvidence | undefined {
  const image = formatImageReference(reference);
  return evidence.trust?.find((one) => one.place === place && one.image === image);
}

function outcomeOf(known: TrustEvidence | undefined): Outcome {
  if (known === undefined || known.checks.length === 0) return 'undecided';
  const outcomes = known.checks.map(({ outcome }) => outcome);
  if (outcomes.includes('verified')) return 'allow';
  return outcomes.includes('could-not-check') ? 'undecided' : 'deny';
}

const MAX_REASONS = 5;
const RANKS = { verified: 0, 'could-not-check': 1, wrong: 2, 'nothing-found': 3 } as const;

/** What the outcome hangs on comes first: a proof, else what is open. */
function describe(known: TrustEvidence | undefined): string {
  if (known === undefined || known.checks.length === 0) return 'no evidence was gathered';
  const sorted = known.checks.toSorted((a, b) => RANKS[a.outcome] - RANKS[b.outcome]);
  const [first] = sorted;
  if (first?.outcome === 'verified')
    return `verified, by ${first.signer ?? 'no key'}: ${first.reason}`;
  const more = sorted.length > MAX_REASONS ? [`and ${sorted.length - MAX_REASONS} more`] : [];
  return [...sorted.slice(0, MAX_REASONS).map(reasonOf), ...more].join('; ');
}

function reasonOf({ kind, outcome, step: failed, reason }: TrustCheck): string {
  const open = outcome === 'could-not-check' ? 'could not be checked: ' : '';
  return `${open}${kind} ${failed === undefined ? '' : `[${failed}] `}${reason}`;
}

function fixOf(outcome: Outcome, who: string): string {
  if (outcome === 'allow') return '';
  if (outcome === 'deny') return `supply ${who}`;
  return 'make what could not be asked answer, then deploy again';
}

/** Content is judged by its digest alone; what is named is what may be deployed instead. */
function withoutDigest(
  wanted: WantedTrust,
  evidence: Evidence,
): Pick<Judged, 'outcome' | 'found' | 'fix'> {
  const { reference, authority } = wanted;
  const asked = formatImageReference(withDefaultTag(reference));
  const signed = authority.kind === 'notary' ? findTrust(evidence, wanted) : undefined;
  if (signed?.signed !== undefined) {
    const found = `${asked} has no digest; the tag is signed for ${signed.signed}`;
    return { outcome: 'deny', found, fix: `deploy ${asked}@${signed.signed}` };
  }
  const { digest, how } = evidence.tags.find((one) => one.image === asked) ?? NOT_LOOKED_UP;
  const now = digest === undefined ? '' : `; its tag is now ${digest}`;
  const tail = signed === undefined ? '' : `; ${describe(signed)}`;
  return {
    outcome: 'deny',
    found: `${asked} has no digest${now} (${how})${tail}`,
    fix: `deploy ${asked}@${digest ?? 'sha256:… (the digest of the signed image)'}`,
  };
}

const NOT_LOOKED_UP: Omit<TagEvidence, 'image'> = { how: 'its tag was not looked up' };

function requirementStep({ outcome, place, found }: Judged): VerdictStep {
  return step('trust', outcome === 'allow' ? 'pass' : 'fail', `${place}: ${found}`);
}

function refused(
  title: string,
  failed: Judged,
  {
    reference,
    steps,
  }: { readonly reference: ImageReference; readonly steps: readonly VerdictStep[] },
): Finding {
  const { outcome, found, fix } = failed;
  const why = reference.digest === undefined ? NO_DIGEST : found;
  const word = outcome === 'undecided' ? 'Undecided' : 'Denied';
  return {
    outcome,
    sentence: `${word} by ${title}: ${why}`,
    found,
    wanted: `of ${formatImageReference(reference)}: ${failed.wanted}`,
    fix,
    steps,
  };
}
