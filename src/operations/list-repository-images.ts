/**
 * Listing a repository as Google's registries do: its tags, what each manifest is, and the
 * repositories below it, all computed from what is here or at the upstream.
 */
import type { Digest } from '../domain/digest.ts';
import { isAssayError } from '../domain/error.ts';
import type { RepositoryPath, Tag } from '../domain/repository-path.ts';
import type { Micros } from '../domain/time.ts';
import {
  findManifestTime,
  findTag,
  readChildRepositories,
  readManifestDigests,
} from '../store/repository-files.ts';
import { type ListTagsInput, type TagPage, listTags } from './list-tags.ts';
import { pullManifest } from './pull-manifest.ts';
import type { ManifestSummary, RegistryDeps } from './registry-deps.ts';
import { summariseManifest } from './summarise-manifest.ts';

/** One manifest of a repository. */
export interface ListedImage {
  readonly digest: Digest;
  readonly tags: readonly Tag[];
  readonly summary: ManifestSummary;
  /** When it came here: was pushed, or first read of the upstream; absent: it is not kept here. */
  readonly uploaded?: Micros;
}

/** A page of a repository. */
export interface RepositoryListing extends TagPage {
  /** The manifests of the page's tags; on a first page also those without a tag. */
  readonly images: readonly ListedImage[];
  /** Names below this one, without it; undefined where they are not known. */
  readonly children?: readonly string[];
}

/** Most manifests without a tag that a list tells of. */
const MAX_UNTAGGED = 10_000;
/** Most manifests of indexes that are asked of the upstream for one list. */
const MAX_UPSTREAM_UNTAGGED = 1000;
/** Manifests that are read at once. */
const PARALLEL = 8;

/** A page of a repository; throws `NAME_UNKNOWN` where nothing was ever pushed to or below it. */
export async function listRepositoryImages(
  deps: RegistryDeps,
  input: ListTagsInput,
): Promise<RepositoryListing> {
  const { repository, after } = input;
  const children =
    deps.upstream === undefined ? await readChildRepositories(deps.folder, repository) : undefined;
  const page = await tagsOrNone(deps, input, children ?? []);
  const tagged = await digestsOfTags(deps, repository, page.tags);
  const images = await describe(deps, repository, tagged);
  const untagged =
    after === undefined ? await untaggedDigests(deps, { repository, tagged, images }) : [];
  const rest = await describe(deps, repository, new Map(untagged.map((digest) => [digest, []])));
  return { ...page, images: [...images, ...rest], ...(children && { children }) };
}

/** A name that only leads to others has no tags. */
async function tagsOrNone(
  deps: RegistryDeps,
  input: ListTagsInput,
  children: readonly string[],
): Promise<TagPage> {
  try {
    return await listTags(deps, input);
  } catch (error) {
    if (children.length > 0 && isAssayError(error, 'not-found')) return { tags: [] };
    throw error;
  }
}

type TagsByDigest = ReadonlyMap<Digest, readonly Tag[]>;

async function digestsOfTags(
  deps: RegistryDeps,
  repository: RepositoryPath,
  tags: readonly Tag[],
): Promise<TagsByDigest> {
  const found = await inParallel(tags, async (tag) => {
    const digest = await digestOfTag(deps, repository, tag);
    return digest === undefined ? [] : [{ tag, digest }];
  });
  const groups = Map.groupBy(found, ({ digest }) => digest);
  return new Map([...groups].map(([digest, group]) => [digest, group.map(({ tag }) => tag)]));
}

async function digestOfTag(
  deps: RegistryDeps,
  repository: RepositoryPath,
  tag: Tag,
): Promise<Digest | undefined> {
  if (deps.upstream === undefined) return findTag(deps.folder, { repository, tag });
  try {
    return (await pullManifest(deps, { repository, target: { kind: 'tag', tag } })).digest;
  } catch (error) {
    // It was deleted since the tags were read.
    if (isAssayError(error, 'not-found')) return undefined;
    throw error;
  }
}

interface Tagged {
  readonly repository: RepositoryPath;
  readonly tagged: TagsByDigest;
  readonly images: readonly ListedImage[];
}

/** What else is here, or, of an upstream, which manifests the indexes name. */
async function untaggedDigests(
  { folder, upstream }: RegistryDeps,
  { repository, tagged, images }: Tagged,
): Promise<readonly Digest[]> {
  const all =
    upstream === undefined
      ? await readManifestDigests(folder, repository)
      : images.flatMap(({ summary }) => summary.children);
  const limit = upstream === undefined ? MAX_UNTAGGED : MAX_UPSTREAM_UNTAGGED;
  return [...new Set(all)].filter((digest) => !tagged.has(digest)).slice(0, limit);
}

function describe(
  deps: RegistryDeps,
  repository: RepositoryPath,
  digests: TagsByDigest,
): Promise<ListedImage[]> {
  return inParallel([...digests], async ([digest, tags]) => {
    const summary = await summaryOf(deps, repository, digest);
    if (summary === undefined) return [];
    const uploaded = await findManifestTime(deps.folder, { repository, digest });
    return [{ digest, tags, summary, ...(uploaded === undefined ? {} : { uploaded }) }];
  });
}

/** A damaged manifest hides itself, not the others; an upstream that lies is told of at once. */
async function summaryOf(
  deps: RegistryDeps,
  repository: RepositoryPath,
  digest: Digest,
): Promise<ManifestSummary | undefined> {
  const known = deps.summaries.get(digest);
  if (known !== undefined) return known;
  try {
    const target = { kind: 'digest', digest } as const;
    const manifest = await pullManifest(deps, { repository, target });
    return await summariseManifest(deps, repository, manifest);
  } catch (error) {
    if (isAssayError(error, 'not-found')) return undefined;
    if (deps.upstream !== undefined) throw error;
    deps.log.warn({ err: error }, `manifest ${digest} of ${repository} is not listed`);
    return undefined;
  }
}

/** Runs over items, a few at a time, keeping their order. */
async function inParallel<T, R>(
  items: readonly T[],
  run: (item: T) => Promise<readonly R[]>,
): Promise<R[]> {
  const results: (readonly R[])[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [index, item] of queue) results[index] = await run(item);
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return results.flat();
}
