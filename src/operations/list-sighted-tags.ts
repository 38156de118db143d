/** The tags of an image as they were last seen, where the project has sighted what they name. */
import {
  type ArtifactPackage,
  type ArtifactTag,
  type ArtifactVersion,
  formatArtifactTag,
} from '../domain/artifact-name.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { findTagEvent } from '../store/image-rows.ts';
import { formatPageToken, parsePageToken } from '../store/cursor.ts';
import { listSeenTags } from '../store/sighted-repository-rows.ts';
import { findSighting } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';
import { addressOf, requireRepository } from './sighted-image.ts';

/** A tag and the version that it was last seen to point at. */
export interface SightedTag {
  readonly name: ArtifactTag;
  readonly version: ArtifactVersion;
}

/** Lists tags by name; a page may be short while more follow. */
export async function listSightedTags(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly of: ArtifactPackage;
    /** Only tags of this version. */
    readonly digest?: Digest;
    readonly pageSize: number;
    readonly pageToken?: string;
  },
): Promise<{ readonly tags: readonly SightedTag[]; readonly nextPageToken?: string }> {
  const { of, digest, pageSize, pageToken } = input;
  authorise(input.caller, 'artifactregistry.tags.list', of.project);
  await requireRepository(deps, of);
  const repository = addressOf(of);
  const selection = ['sighted-tags', of.project, repository, digest ?? ''];
  const [after] =
    pageToken === undefined ? [undefined] : parsePageToken(pageToken, selection, ['string']);
  const place = after === undefined ? {} : { after: String(after) };
  const seen = await listSeenTags(deps.store, { repository, limit: pageSize, ...place });
  const tags: SightedTag[] = [];
  for (const one of seen) {
    const wanted = digest === undefined || digest === one.digest;
    const found = wanted ? await sightedTag(deps, { ...of, tag: one.tag }, one.digest) : undefined;
    if (found !== undefined) tags.push(found);
  }
  const last = seen.at(-1);
  if (last === undefined || seen.length < pageSize) return { tags };
  return { tags, nextPageToken: formatPageToken([last.tag], selection) };
}

/** One tag; throws `not-found`. */
export async function getSightedTag(
  deps: Deps,
  { caller, name }: { readonly caller: Caller; readonly name: ArtifactTag },
): Promise<SightedTag> {
  authorise(caller, 'artifactregistry.tags.get', name.project);
  const event = await findTagEvent(deps.store, { repository: addressOf(name), tag: name.tag });
  const found = event === undefined ? undefined : await sightedTag(deps, name, event.digest);
  if (found !== undefined) return found;
  throw new AssayError(
    'not-found',
    `${formatArtifactTag(name)} does not exist: the project has scanned no image by that tag`,
  );
}

/** Others may have seen the tag move to what this project knows nothing of. */
async function sightedTag(
  deps: Deps,
  { tag, ...image }: ArtifactTag,
  digest: Digest,
): Promise<SightedTag | undefined> {
  const resourceUri = `${addressOf(image)}@${digest}`;
  const sighting = await findSighting(deps.store, { project: image.project, resourceUri, digest });
  return sighting && { name: { ...image, tag }, version: { ...image, digest } };
}
