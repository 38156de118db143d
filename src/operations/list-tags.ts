/** Listing the tags of a repository, page by page (distribution-spec 1.1, "Listing tags"). */
import { isAssayError } from '../domain/error.ts';
import { registryError } from '../domain/registry-error.ts';
import type { RepositoryPath, Tag } from '../domain/repository-path.ts';
import type { UpstreamRegistry } from '../remote/upstream-registry.ts';
import { readTags } from '../store/repository-files.ts';
import type { RegistryDeps } from './registry-deps.ts';

/** Which tags to list. */
export interface ListTagsInput {
  readonly repository: RepositoryPath;
  /** At most so many; {@link MAX_TAGS} where it is absent or larger. */
  readonly count?: number | undefined;
  /** Only tags that sort after this text; it need not be a tag that exists. */
  readonly after?: string | undefined;
}

/** A page of tags, sorted. */
export interface TagPage {
  readonly tags: readonly Tag[];
  /** The page's last tag where more come after it. */
  readonly next?: Tag;
}

/** Most tags of one page. */
export const MAX_TAGS = 10_000;
/** Most tags of a page of the upstream's, of which each costs a request to it. */
export const MAX_UPSTREAM_TAGS = 1000;

/** A page of a repository's tags; throws `NAME_UNKNOWN` where nothing was ever pushed. */
export async function listTags(
  { folder, upstream }: RegistryDeps,
  input: ListTagsInput,
): Promise<TagPage> {
  if (upstream !== undefined) return upstreamTags(upstream, input);
  const { repository, count, after } = input;
  const all = await readTags(folder, repository);
  if (all === undefined) throw unknownRepository(repository);
  const rest = after === undefined ? all : all.filter((tag) => tag > after);
  const tags = rest.slice(0, Math.min(count ?? MAX_TAGS, MAX_TAGS));
  return tags.length === rest.length ? { tags } : endingWith(tags);
}

async function upstreamTags(
  upstream: UpstreamRegistry,
  { repository, count = MAX_UPSTREAM_TAGS, after }: ListTagsInput,
): Promise<TagPage> {
  const limit = Math.min(count, MAX_UPSTREAM_TAGS);
  if (limit === 0) return { tags: [] };
  try {
    const { tags, more } = await upstream.tags(repository, { limit, after });
    return more ? endingWith(tags) : { tags };
  } catch (error) {
    throw isAssayError(error, 'not-found') ? unknownRepository(repository) : error;
  }
}

function endingWith(tags: readonly Tag[]): TagPage {
  const next = tags.at(-1);
  return next === undefined ? { tags } : { tags, next };
}

function unknownRepository(repository: RepositoryPath): Error {
  return registryError('NAME_UNKNOWN', `there is no repository ${repository}; push to it first`);
}
