/** Listing the tags of a repository, page by page (distribution-spec 1.1, "Listing tags"). */
import { registryError } from '../domain/registry-error.ts';
import type { RepositoryPath, Tag } from '../domain/repository-path.ts';
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

/** A page of a repository's tags; throws `NAME_UNKNOWN` where nothing was ever pushed. */
export async function listTags(
  { folder }: RegistryDeps,
  { repository, count, after }: ListTagsInput,
): Promise<TagPage> {
  const all = await readTags(folder, repository);
  if (all === undefined) {
    throw registryError('NAME_UNKNOWN', `there is no repository ${repository}; push to it first`);
  }
  const rest = after === undefined ? all : all.filter((tag) => tag > after);
  const tags = rest.slice(0, Math.min(count ?? MAX_TAGS, MAX_TAGS));
  const next = tags.at(-1);
  return next === undefined || tags.length === rest.length ? { tags } : { tags, next };
}
