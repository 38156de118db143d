/** Gathering what an evaluation wants to know: attestations checked now, and tags' digests. */
import {
  type ImageReference,
  formatImageReference,
  withDefaultTag,
} from '../domain/image-reference.ts';
import { type Micros, SECOND } from '../domain/time.ts';
import type { AttestationEvidence, Evidence, TagEvidence } from '../domain/verdict.ts';
import { reviewOfImages } from '../kubernetes/admission-input.ts';
import type { WantedEvidence } from '../policy/evaluate.ts';
import { findTagEvent } from '../store/image-rows.ts';
import { isRepositorySighted } from '../store/sighting-rows.ts';
import { askRego, mayChange } from './ask-rego.ts';
import { checkAttestations } from './check-attestations.ts';
import type { Deps } from './deps.ts';
import { gatherTrust } from './gather-trust.ts';
import { findJudgingAttestor, thresholdOf } from './judging-attestor.ts';

/** Tags of one request that are looked up: a pod of many must not make us call a registry each. */
const MAX_TAGS = 5;
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
    Promise.all(wanted.tags.map((one, index) => gatherNth(deps, project, { one, index }))),
    wanted.trust && gatherTrust(deps, { ...wanted, project, wanted: wanted.trust }, until),
    wanted.rego && askRego(deps, wanted.rego.documents, reviewOfImages(wanted.rego.request)),
  ]);
  if (tags.length > 0) until(deps.now() + TAG_STANDING);
  if (
    wanted.rego?.documents.some(mayChange) ||
    rego?.some(({ problem }) => problem !== undefined)
  ) {
    until(deps.now());
  }
  const evidence = { attestations, tags, ...(trust && { trust }), ...(rego && { rego }) };
  return { evidence, validUntil };
}

/** Told of each time from which on the evidence may be another. */
type Until = (time: Micros) => void;

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

async function gatherNth(
  deps: Deps,
  project: string,
  { one, index }: { readonly one: ImageReference; readonly index: number },
): Promise<TagEvidence> {
  return index < MAX_TAGS ? gatherTag(deps, project, one) : passOver(one);
}

async function passOver(reference: ImageReference): Promise<TagEvidence> {
  const image = formatImageReference(withDefaultTag(reference));
  return { image, how: 'not looked up: too many tags in one request' };
}

/** Only repositories that were scanned here are asked: a pod cannot make us call any host. */
async function gatherTag(
  deps: Deps,
  project: string,
  reference: ImageReference,
): Promise<TagEvidence> {
  const tagged = withDefaultTag(reference);
  const image = formatImageReference(tagged);
  if (!(await isRepositorySighted(deps.store, project, reference.name))) {
    return { image, how: 'this repository was never scanned here' };
  }
  try {
    return { image, digest: await deps.resolveTag(tagged), how: 'the registry says so now' };
  } catch (error) {
    deps.log.warn({ err: error, image }, 'tag could not be resolved');
    const { name: repository, tag = 'latest' } = tagged;
    const event = await findTagEvent(deps.store, { repository, tag });
    if (event === undefined) return { image, how: 'the registry cannot be reached now' };
    return {
      image,
      digest: event.digest,
      how: 'as last scanned; the registry cannot be reached now',
    };
  }
}
