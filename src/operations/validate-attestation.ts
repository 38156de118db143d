/** Would this attestation convince this attestor? The same verification as admission's. */
import type { Caller } from '../domain/caller.ts';
import { type Digest, isDigest } from '../domain/digest.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import type { Occurrence } from '../domain/note.ts';
import { parseResourceUrl } from '../domain/resource-url.ts';
import type { AttestationEvidence } from '../domain/verdict.ts';
import { judgeAttestor, NO_DIGEST } from '../policy/judge-attestors.ts';
import type { NewOccurrence } from './create-occurrence.ts';
import { authoriseOn } from './authorise-on.ts';
import type { Deps } from './deps.ts';
import { getAttestor } from './get-attestor.ts';
import { findJudgingAttestor, thresholdOf } from './judging-attestor.ts';

/** Undefined where it verifies, else the reason. Throws only where the attestor does not exist. */
export async function validateAttestation(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string; readonly occurrence: NewOccurrence },
): Promise<string | undefined> {
  const permission = 'binaryauthorization.attestors.verifyImageAttested';
  await authoriseOn(deps, input.caller, { permission, resource: input.name });
  await getAttestor(deps, input);
  const reference = parseImageReference(parseResourceUrl(input.occurrence.resourceUri).uri);
  const { name, digest = '' } = reference;
  if (!isDigest(digest)) return NO_DIGEST;
  const evidence = await examine(deps, input, { name, digest });
  const judged = judgeAttestor(input.name, evidence);
  if (judged.outcome === 'allow') return undefined;
  const refused = evidence.checks.filter(({ result }) => result !== 'verified');
  return refused.map(({ step, reason }) => `[${step}] ${reason}`).join('; ') || judged.found;
}

/** What admission would know of the attestor if the image had this attestation and no other. */
async function examine(
  deps: Deps,
  input: { readonly name: string; readonly occurrence: NewOccurrence },
  image: { readonly name: string; readonly digest: Digest },
): Promise<AttestationEvidence> {
  const base = { attestor: input.name, image: `${image.name}@${image.digest}` };
  const found = await findJudgingAttestor(deps, input.name);
  if (found.attestor === undefined) return { ...base, state: found.state, checks: [] };
  const now = deps.now();
  const times = { createTime: now, updateTime: now };
  const occurrence: Occurrence = { ...input.occurrence, ...times, name: 'the given attestation' };
  const question = { occurrence, ...found, image, received: now, now };
  const { checks } = await deps.checkAttestation(question);
  return { ...base, state: 'known', ...thresholdOf(found.attestor), checks };
}
