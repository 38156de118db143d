/** Images of a repository as a project has sighted them: all that Artifact Registry tells of. */
import {
  type ArtifactPackage,
  type ArtifactRepository,
  type ArtifactVersion,
  formatArtifactRepository,
  imageRoot,
} from '../domain/artifact-name.ts';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import {
  findImageHeads,
  type ImageHead,
  listSeenTags,
  listSightedRange,
} from '../store/sighted-repository-rows.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';

/** One version of an image. */
export interface SightedImage {
  readonly name: ArtifactVersion;
  /** The tags that were last seen to point at it. */
  readonly tags: readonly string[];
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
  /** Absent where it was only seen, not read. */
  readonly head?: ImageHead;
}

/** Tags of one image that are looked at. */
export const MAX_SEEN_TAGS = 1000;

/** Where the images of a repository are; throws `not-found` where there can be none. */
export function rootOf(repository: ArtifactRepository): string {
  const root = imageRoot(repository);
  if (root !== undefined) return root;
  throw noRepository(repository);
}

/** Throws `not-found` unless the project has sighted an image of the repository. */
export async function requireRepository(deps: Deps, repository: ArtifactRepository): Promise<void> {
  const prefix = `${rootOf(repository)}/`;
  const { project } = repository;
  const [first] = await listSightedRange(deps.store, { project, prefix, limit: 1 });
  if (first === undefined) throw noRepository(repository);
}

/** Sightings as images of a repository, with what is known of each. */
export async function toSightedImages(
  deps: Deps,
  repository: ArtifactRepository,
  sightings: readonly Sighting[],
): Promise<SightedImage[]> {
  const root = `${rootOf(repository)}/`;
  const heads = await findImageHeads(
    deps.store,
    sightings.map(({ digest }) => digest),
  );
  const known = new Map<string, ReadonlyMap<string, readonly string[]>>();
  const images: SightedImage[] = [];
  for (const { resourceUri, digest, firstSeen, lastSeen } of sightings) {
    const address = resourceUri.slice(0, resourceUri.lastIndexOf('@'));
    const tags = known.get(address) ?? (await tagsByDigest(deps, address));
    known.set(address, tags);
    const head = heads.get(digest);
    images.push({
      name: { ...repository, image: address.slice(root.length), digest },
      tags: tags.get(digest) ?? [],
      firstSeen,
      lastSeen,
      ...(head === undefined ? {} : { head }),
    });
  }
  return images;
}

async function tagsByDigest(
  deps: Deps,
  repository: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const tags = await listSeenTags(deps.store, { repository, limit: MAX_SEEN_TAGS });
  const groups = Map.groupBy(tags, ({ digest }) => digest);
  return new Map([...groups].map(([digest, group]) => [digest, group.map(({ tag }) => tag)]));
}

/** The address of an image of any version. */
export function addressOf({ image, ...repository }: ArtifactPackage): string {
  return `${rootOf(repository)}/${image}`;
}

function noRepository(repository: ArtifactRepository): AssayError {
  return new AssayError(
    'not-found',
    `repository ${formatArtifactRepository(repository)} does not exist: the project has scanned ` +
      `no image below ${imageRoot(repository) ?? 'an address of that location'}`,
  );
}
