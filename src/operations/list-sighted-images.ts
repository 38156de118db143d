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
import { listSightedRange, type SightedRange } from '../store/sighted-repository-rows.ts';
import { findSighting, type Sighting } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';
import {
  addressOf,
  requireRepository,
  rootOf,
  type SightedImage,
  toSightedImages,
} from './sighted-image.ts';

/** An order by time, or by name from its end. */
export interface SightedOrder {
  readonly by: 'firstSeen' | 'lastSeen' | 'resourceUri';
  readonly descending: boolean;
}

/** What to list: a whole repository, or the versions of one image. */
export interface SightedList {
  readonly caller: Caller;
  readonly permission: Permission;
  readonly of: ArtifactRepository | ArtifactPackage;
  readonly pageSize: number;
  readonly pageToken?: string;
  /** Absent: by name. */
  readonly order?: SightedOrder;
}

/** A page of images. */
export interface SightedPage {
  readonly images: readonly SightedImage[];
  readonly nextPageToken?: string;
}

/** Images that are put into another order than that of their names at most. */
const MAX_ORDERED = 10_000;

/** Lists images; throws `not-found` where the project has sighted none of them. */
export async function listSightedImages(deps: Deps, list: SightedList): Promise<SightedPage> {
  const { caller, permission, of, pageSize, order } = list;
  authorise(caller, permission, of.project);
  const prefix = 'image' in of ? `${addressOf(of)}@` : `${rootOf(of)}/`;
  const selection = ['sighted-images', of.project, prefix, JSON.stringify(order ?? {})];
  const after = placeOf(list.pageToken, selection);
  const range = { project: of.project, prefix, limit: pageSize + 1, ...(after && { after }) };
  const found = await listRange(deps, range, order);
  if (found.length === 0 && after === undefined) await refuseAbsent(deps, of);
  const page = found.slice(0, pageSize);
  const images = await toSightedImages(deps, repositoryOf(of), page);
  const last = page.at(-1);
  if (last === undefined || found.length === page.length) return { images };
  return { images, nextPageToken: formatPageToken([last.resourceUri, last.digest], selection) };
}

async function listRange(
  deps: Deps,
  range: SightedRange,
  order: SightedOrder | undefined,
): Promise<readonly Sighting[]> {
  return order === undefined
    ? listSightedRange(deps.store, range)
    : listOrdered(deps, range, order);
}

/** What follows in an order that no index has: all is read, so that all is counted first. */
async function listOrdered(
  deps: Deps,
  { after, ...range }: SightedRange,
  { by, descending }: SightedOrder,
): Promise<readonly Sighting[]> {
  const all = await listSightedRange(deps.store, { ...range, limit: MAX_ORDERED + 1 });
  if (all.length > MAX_ORDERED) {
    const message = `there are more than ${MAX_ORDERED} images, too many to put into an order`;
    throw new AssayError('too-large', `${message}; leave orderBy out`);
  }
  // They come by name, so that those of one time stay by name.
  const sign = descending ? -1 : 1;
  const ordered = all.toSorted((a, b) => (a[by] === b[by] ? 0 : a[by] < b[by] ? -sign : sign));
  const at = ordered.findIndex(
    ({ resourceUri, digest }) => resourceUri === after?.resourceUri && digest === after.digest,
  );
  return ordered.slice(at + 1);
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
