/** Gathering what an evaluation wants to know: attestations checked now, and tags' digests. */
import type { RegoEvidence } from '../domain/rego-policy.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import type { AttestationEvidence, Evidence } from '../domain/verdict.ts';
import { reviewOfImages } from '../kubernetes/admission-input.ts';
import type { WantedEvidence } from '../policy/evaluate.ts';
import { askRego, asksFacts, mayChange } from './ask-rego.ts';
import { checkAttestations } from './check-attestations.ts';
import type { Deps } from './deps.ts';
import { findNthTag } from './find-tag-digest.ts';
import { gatherFacts } from './gather-facts.ts';
import { gatherTrust } from './gather-trust.ts';
import { findJudgingAttestor, thresholdOf } from './judging-attestor.ts';

/** A tag's digest is asked for again after this long. */
const TAG_STANDING = 5 * SECOND;

/** Evidence, and until when it may be used again. */
export interface GatheredEvidence {
  readonly evidence: Evidence;
  readonly validUntil: Micros;
}

/** Gathers evidence. What cannot be read is said in the evidence, never left out. */
export async function gatherEvidence(
  deps: Deps,
  project: string,
  wanted: WantedEvidence,
): Promise<GatheredEvidence> {
  let validUntil: Micros = Number.MAX_SAFE_INTEGER;
  const until = (time: Micros): void => {
    validUntil = Math.min(validUntil, time);
  };
  const [attestations, tags, trust, rego] = await Promise.all([
    Promise.all(wanted.attestations.map((one) => gatherAttestations(deps, one, until))),
    Promise.all(wanted.tags.map((one, index) => findNthTag(deps, project, { one, index }))),
    wanted.trust && gatherTrust(deps, { ...wanted, project, wanted: wanted.trust }, until),
    wanted.rego && gatherRego(deps, wanted.rego, until),
  ]);
  if (tags.length > 0) until(deps.now() + TAG_STANDING);
  const evidence = { attestations, tags, ...(trust && { trust }), ...(rego && { rego }) };
  return { evidence, validUntil };
}

/** Told of each time from which on the evidence may be another. */
type Until = (time: Micros) => void;

async function gatherRego(
  deps: Deps,
  { documents, request }: NonNullable<WantedEvidence['rego']>,
  until: Until,
): Promise<readonly RegoEvidence[]> {
  const facts = documents.some(asksFacts)
    ? await gatherFacts(deps, {
        project: request.project,
        images: request.images.map(({ image }) => image),
        findTag: (one, index) => findNthTag(deps, request.project, { one, index }),
      })
    : undefined;
  const shown = { review: reviewOfImages(request), facts: facts?.table };
  const rego = await askRego(deps, documents, shown);
  if (facts) until(facts.validUntil);
  if (documents.some(mayChange) || rego.some(({ problem }) => problem !== undefined)) {
    until(deps.now());
  }
  return rego;
}

async function gatherAttestations(
  deps: Deps,
  { attestor: name, reference }: WantedEvidence['attestations'][number],
  until: Until,
): Promise<AttestationEvidence> {
  const image = `${reference.name}@${reference.digest}`;
  const base = { attestor: name, image, checks: [] };
  try {
    const found = await findJudgingAttestor(deps, name);
    if (found.attestor === undefined) return { ...base, state: found.state };
    const { attestor } = found;
    const checks = await checkAttestations(deps, { attestor, reference, until });
    return { ...base, state: 'known', ...thresholdOf(attestor), checks };
  } catch (error) {
    deps.log.error({ err: error, attestor: name }, 'attestations could not be read');
    until(deps.now());
    return { ...base, state: 'unreadable' };
  }
}
