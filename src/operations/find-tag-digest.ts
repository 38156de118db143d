/** What a tag points at now, for those who judge an image that is named by one. */
import {
  formatImageReference,
  type ImageReference,
  withDefaultTag,
} from '../domain/image-reference.ts';
import type { TagEvidence } from '../domain/verdict.ts';
import { findTagEvent } from '../store/image-rows.ts';
import { isRepositorySighted } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';

/** Tags of one request that are looked up: a pod of many must not make us call a registry each. */
const MAX_TAGS = 5;

/** The nth tag of a request; those behind the first few are not looked up. */
export async function findNthTag(
  deps: Deps,
  project: string,
  { one, index }: { readonly one: ImageReference; readonly index: number },
): Promise<TagEvidence> {
  return index < MAX_TAGS ? findTagDigest(deps, project, one) : passOver(one);
}

async function passOver(reference: ImageReference): Promise<TagEvidence> {
  const image = formatImageReference(withDefaultTag(reference));
  return { image, how: 'not looked up: too many tags in one request' };
}

/** Only repositories that were scanned here are asked: a pod cannot make us call any host. */
async function findTagDigest(
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
    const last = await findLastDigest(deps, tagged);
    const { digest } = last;
    if (digest === undefined) return { image, how: 'the registry cannot be reached now' };
    return { image, digest, how: 'as last scanned; the registry cannot be reached now' };
  }
}

/** What a tag pointed at when it was last scanned; no registry is asked. */
export async function findLastDigest(
  { store }: Pick<Deps, 'store'>,
  reference: ImageReference,
): Promise<TagEvidence> {
  const tagged = withDefaultTag(reference);
  const { name: repository, tag = 'latest' } = tagged;
  const image = formatImageReference(tagged);
  const event = await findTagEvent(store, { repository, tag });
  if (event === undefined) return { image, how: 'this tag was never scanned here' };
  return { image, digest: event.digest, how: 'as last scanned' };
}
