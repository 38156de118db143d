/** Listing and reading the images of a repository that a project has sighted. */
import {
  type ArtifactPackage,
  type ArtifactRepository,
  type ArtifactVersion,
  formatArtifactPackage,
  formatArtifactVersion,
} from '../domain/artifact-name.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Permission } from '../domain/role.ts';
import { formatPageToken, parsePageToken } from '../store/cursor.ts';
import { listSightedRange } from '../store/sighted-repository-rows.ts';
import { findSighting, type Sighting } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';
import {
  addressOf,
  requireRepository,
  rootOf,
  type SightedImage,
  toSightedImages,
} from './sighted-image.ts';

/** What to list: a whole repository, or the versions of one image. */
export interface SightedList {
  readonly caller: Caller;
  readonly permission: Permission;
  readonly of: ArtifactRepository | ArtifactPackage;
  readonly pageSize: number;
  readonly pageToken?: string;
}

/** A page of images by address and digest. */
export interface SightedPage {
  readonly images: readonly SightedImage[];
  readonly nextPageToken?: string;
}

/** Lists images; throws `not-found` where the project has sighted none of them. */
export async function listSightedImages(deps: Deps, list: SightedList): Promise<SightedPage> {
  const { caller, permission, of, pageSize } = list;
  authorise(caller, permission, of.project);
  const prefix = 'image' in of ? `${addressOf(of)}@` : `${rootOf(of)}/`;
  const selection = ['sighted-images', of.project, prefix];
  const after = placeOf(list.pageToken, selection);
  const range = { project: of.project, prefix, limit: pageSize + 1 };
  const found = await listSightedRange(deps.store, { ...range, ...(after && { after }) });
  if (found.length === 0 && after === undefined) await refuseAbsent(deps, of);
  const page = found.slice(0, pageSize);
  const images = await toSightedImages(deps, repositoryOf(of), page);
  const last = page.at(-1);
  if (last === undefined || found.length === page.length) return { images };
  return { images, nextPageToken: formatPageToken([last.resourceUri, last.digest], selection) };
}

/** One version of an image; throws `not-found`. */
export async function getSightedImage(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly permission: Permission;
    readonly name: ArtifactVersion;
  },
): Promise<SightedImage> {
  const { name } = input;
  authorise(input.caller, input.permission, name.project);
  const [image] = await toSightedImages(deps, repositoryOf(name), await sightingsOf(deps, name));
  if (image !== undefined) return image;
  throw new AssayError(
    'not-found',
    `${formatArtifactVersion(name)} does not exist: the project has not scanned that image`,
  );
}

async function sightingsOf(deps: Deps, name: ArtifactVersion): Promise<readonly Sighting[]> {
  const { project, digest } = name;
  const resourceUri = `${addressOf(name)}@${digest}`;
  const found = await findSighting(deps.store, { project, resourceUri, digest });
  return found === undefined ? [] : [found];
}

async function refuseAbsent(deps: Deps, of: ArtifactRepository | ArtifactPackage): Promise<void> {
  await requireRepository(deps, of);
  if (!('image' in of)) return;
  throw new AssayError('not-found', `${formatArtifactPackage(of)} does not exist`);
}

function repositoryOf(of: ArtifactRepository): ArtifactRepository {
  const { project, location, repository } = of;
  return { project, location, repository };
}

function placeOf(
  token: string | undefined,
  selection: readonly string[],
): { readonly resourceUri: string; readonly digest: string } | undefined {
  if (token === undefined) return undefined;
  const [resourceUri, digest] = parsePageToken(token, selection, ['string', 'string']);
  return { resourceUri: String(resourceUri), digest: String(digest) };
}
