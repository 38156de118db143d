/**
 * What is attached to a manifest (distribution-spec 1.1, "Listing Referrers"): the manifests of the
 * same repository that name it as their subject, whether or not that is here.
 */
import type { Digest } from '../domain/digest.ts';
import { isAssayError } from '../domain/error.ts';
import { registryError } from '../domain/registry-error.ts';
import type { RepositoryPath } from '../domain/repository-path.ts';
import { type Descriptor, parseManifest } from '../image/manifest.ts';
import type { UpstreamRegistry } from '../remote/upstream-registry.ts';
import type { BlobFolder } from '../store/blob-folder.ts';
import { readReferrers } from '../store/referrer-files.ts';
import { type StoredManifest, findManifest } from '../store/repository-files.ts';
import { completeReferrers } from './link-referrers.ts';
import type { RegistryDeps } from './registry-deps.ts';

/** What is asked for. */
export interface ListReferrersInput {
  readonly repository: RepositoryPath;
  readonly subject: Digest;
  /** Only artifacts of this type. */
  readonly artifactType?: string | undefined;
  /** At most so many; {@link MAX_REFERRERS} where it is absent or larger. */
  readonly count?: number | undefined;
  /** Only digests that sort after this text. */
  readonly after?: string | undefined;
}

/** A page of what is attached, sorted by digest. */
export interface ReferrersPage {
  readonly manifests: readonly Descriptor[];
  /** The page's last digest where more may come after it. */
  readonly next?: Digest;
}

/** Most descriptors of one page. */
export const MAX_REFERRERS = 1000;
/** Most pages that are asked of the upstream for one list. */
const UPSTREAM_PAGES = 8;
/** Annotations are repeated in a page, which is to stay below the size of a manifest. */
const PAGE_BYTES = 2 * 1024 * 1024;

/** A page of the referrers of a subject; none where nothing is attached to it. */
export async function listReferrers(
  { folder, upstream }: RegistryDeps,
  input: ListReferrersInput,
): Promise<ReferrersPage> {
  return upstream === undefined ? listHere(folder, input) : upstreamReferrers(upstream, input);
}

async function listHere(folder: BlobFolder, input: ListReferrersInput): Promise<ReferrersPage> {
  const { repository, subject, after } = input;
  const missing = await completeReferrers(folder, repository, subject);
  const linked = await readReferrers(folder, { repository, subject });
  const all = [...new Set([...linked, ...missing])].sort();
  const rest = after === undefined ? all : all.filter((digest) => digest > after);
  const count = Math.max(1, Math.min(input.count ?? MAX_REFERRERS, MAX_REFERRERS));
  const manifests: Descriptor[] = [];
  let bytes = 0;
  for (const [index, digest] of rest.entries()) {
    const stored = await findManifest(folder, { repository, digest });
    const found = stored && describeReferrer(stored);
    if (found === undefined || !isWanted(found, input.artifactType)) continue;
    manifests.push(found);
    bytes += JSON.stringify(found).length;
    const full = manifests.length === count || bytes >= PAGE_BYTES;
    if (full && index < rest.length - 1) return { manifests, next: digest };
  }
  return { manifests };
}

/**
 * All that the upstream lists, up to a page of ours. Where it keeps no such lists neither do we:
 * clients then ask for the fallback tag, which is read through as any other.
 */
async function upstreamReferrers(
  upstream: UpstreamRegistry,
  { repository, subject, artifactType }: ListReferrersInput,
): Promise<ReferrersPage> {
  const manifests: Descriptor[] = [];
  let next: string | undefined;
  try {
    for (let page = 0; page < UPSTREAM_PAGES; page += 1) {
      const answer = await upstream.referrers(repository, subject, next);
      manifests.push(...answer.manifests.filter((one) => isWanted(one, artifactType)));
      next = answer.next;
      if (next === undefined) return { manifests };
    }
  } catch (error) {
    if (!isAssayError(error, 'not-found')) throw error;
    const message = `${upstream.host} lists no referrers; ask for the tag of the digest`;
    throw registryError('UNSUPPORTED', message, 404);
  }
  const message = `${upstream.host} lists more than ${UPSTREAM_PAGES} pages of referrers`;
  throw registryError('SIZE_INVALID', `${message}; ask there`);
}

function isWanted({ artifactType }: Descriptor, wanted: string | undefined): boolean {
  return wanted === undefined || artifactType === wanted;
}

/** An image manifest without an artifact type has its config's media type for one. */
function describeReferrer({ digest, mediaType, bytes }: StoredManifest): Descriptor {
  const manifest = parseManifest(bytes, mediaType);
  const config = manifest.kind === 'manifest' ? manifest.config.mediaType : undefined;
  const artifactType = manifest.artifactType ?? config;
  const { annotations } = manifest;
  return {
    mediaType,
    digest,
    size: bytes.length,
    ...(artifactType !== undefined && { artifactType }),
    ...(annotations && { annotations }),
  };
}
