/** One image of a request under a policy in Rego: what its rules answered is all that counts. */
import { AssayError } from '../domain/error.ts';
import { formatImageReference } from '../domain/image-reference.ts';
import type { RegoDocument, RegoEvidence } from '../domain/rego-policy.ts';
import type { Evidence, ImageVerdict, RequestedImage } from '../domain/verdict.ts';
import { factsKeyOf } from './facts-key.ts';
import { type Finding, step } from './finding.ts';
import { malformed, pass, readAdmittedReference, verdictOf } from './image-verdict.ts';

/** How a document is named in verdicts and evidence. */
export function regoName({ name, revision }: RegoDocument): string {
  return `RegoPolicy/${name}@${revision}`;
}

/** Judges one image; a policy that was not or could not be evaluated leaves it undecided. */
export function judgeRego(
  image: RequestedImage,
  document: RegoDocument,
  evidence: Evidence,
): ImageVerdict {
  const reference = readAdmittedReference(image.image);
  if (reference instanceof AssayError) return malformed(image, reference);
  const name = regoName(document);
  const before = [step('parse-reference', 'pass', `reads as ${formatImageReference(reference)}`)];
  const found = evidence.rego?.find(({ policy }) => policy === name);
  const finding = found === undefined ? notAsked(name) : findingOf(found);
  const told = found?.facts?.find((one) => one.image === factsKeyOf(reference));
  if (told) before.push(step('facts', 'note', factsSentence(told)));
  const enforced = finding.outcome === 'allow' || document.parsed.enforcement === 'enforce';
  return verdictOf(image, reference, { before, finding, enforced });
}

function factsSentence(told: NonNullable<RegoEvidence['facts']>[number]): string {
  const { image, status, digest, scanned } = told;
  const when = scanned === undefined ? '' : `, scanned ${scanned}`;
  return `${image} was ${status}${when}${digest === undefined ? '' : `, ${digest}`}`;
}

function notAsked(name: string): Finding {
  return undecided(name, 'nobody evaluated it');
}

function undecided(name: string, problem: string): Finding {
  return {
    outcome: 'undecided',
    sentence: `Undecided by policy in Rego: ${firstLine(problem)}`,
    found: problem,
    wanted: `an answer of ${name}`,
    fix: 'try the policy: assay rego eval -d POLICY -i REVIEW data; then correct it',
    steps: [step('rego', 'fail', `${name} could not be evaluated: ${problem}`)],
  };
}

function findingOf({ policy, asked, denials, warnings, problem }: RegoEvidence): Finding {
  if (problem !== undefined) return undecided(policy, problem);
  const notes = [
    step('rego', 'note', `${policy} was asked for ${shown(asked).join(', ')}`),
    ...shown(warnings).map((warning) => step('rego', 'note', `warning of ${warning}`)),
  ];
  const [first] = denials;
  if (first === undefined) return pass(`no rule of ${policy} denies the request`, notes);
  const denying = asked.filter((name) => denials.some((one) => one.startsWith(`${name}: `)));
  return {
    outcome: 'deny',
    sentence: `Denied by policy in Rego. ${firstLine(first)}`,
    found: shown(denials).join('; '),
    wanted: `no message of ${shown(denying).join(', ')}`,
    fix: 'correct what the messages name, or ask who keeps the policy',
    steps: [...notes, ...shown(denials).map((denial) => step('rego', 'fail', denial))],
  };
}

/** Each image of a request repeats them: the evidence has some more. */
const MAX_SHOWN = 10;

function shown(texts: readonly string[]): readonly string[] {
  const more = texts.length - MAX_SHOWN;
  return more > 0 ? [...texts.slice(0, MAX_SHOWN), `and ${more} more`] : texts;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
