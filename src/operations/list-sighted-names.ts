/** The repositories of a location and the images of a repository, as a project has sighted them. */
import {
  type ArtifactPackage,
  type ArtifactRepository,
  formatArtifactPackage,
  GCR_LOCATIONS,
  projectPath,
} from '../domain/artifact-name.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { formatPageToken, parsePageToken } from '../store/cursor.ts';
import { findNextName, findSightedSpan } from '../store/sighted-repository-rows.ts';
import type { Deps } from './deps.ts';
import { addressOf, requireRepository, rootOf } from './sighted-image.ts';

/** An image of any version. */
export interface SightedPackage {
  readonly name: ArtifactPackage;
  readonly firstSeen: Micros;
  readonly lastSeen: Micros;
}

/** What page of a list is asked for. */
interface Page {
  readonly caller: Caller;
  readonly pageSize: number;
  readonly pageToken?: string;
}

/** Names of one page at most: each costs a look-up. */
const MAX_NAMES = 100;

/** The name of an image, up to its digest. */
const IMAGE = /^[^@]+(?=@)/;
/** The first part of a path. */
const PART = /^[^/]+(?=\/)/;

/** Lists the images of a repository; throws `not-found` where it has none. */
export async function listSightedPackages(
  deps: Deps,
  input: Page & { readonly repository: ArtifactRepository },
): Promise<{ readonly packages: readonly SightedPackage[]; readonly nextPageToken?: string }> {
  const { repository, caller } = input;
  authorise(caller, 'artifactregistry.packages.list', repository.project);
  await requireRepository(deps, repository);
  const { project } = repository;
  const range = { project, prefix: `${rootOf(repository)}/`, part: IMAGE, end: '@' };
  const { names, ...next } = await namesOf(deps, input, range);
  const packages: SightedPackage[] = [];
  for (const image of names) {
    const found = await spanOf(deps, { ...repository, image });
    if (found !== undefined) packages.push(found);
  }
  return { packages, ...next };
}

/** One image; throws `not-found`. */
export async function getSightedPackage(
  deps: Deps,
  { caller, name }: { readonly caller: Caller; readonly name: ArtifactPackage },
): Promise<SightedPackage> {
  authorise(caller, 'artifactregistry.packages.get', name.project);
  await requireRepository(deps, name);
  const found = await spanOf(deps, name);
  if (found !== undefined) return found;
  throw new AssayError('not-found', `${formatArtifactPackage(name)} does not exist`);
}

/** Lists the repositories of a location: those of Container Registry first. */
export async function listSightedRepositories(
  deps: Deps,
  input: Page & { readonly of: Omit<ArtifactRepository, 'repository'> },
): Promise<{
  readonly repositories: readonly ArtifactRepository[];
  readonly nextPageToken?: string;
}> {
  const { of, caller, pageToken } = input;
  authorise(caller, 'artifactregistry.repositories.list', of.project);
  const prefix = `${of.location}-docker.pkg.dev/${projectPath(of)}/`;
  const range = { project: of.project, prefix, part: PART, end: '/' };
  const { names, ...next } = await namesOf(deps, input, range);
  const old = pageToken === undefined ? await gcrRepositories(deps, of) : [];
  return { repositories: [...old, ...names].map((repository) => ({ ...of, repository })), ...next };
}

/** A repository; throws `not-found`. */
export async function getSightedRepository(
  deps: Deps,
  { caller, name }: { readonly caller: Caller; readonly name: ArtifactRepository },
): Promise<ArtifactRepository> {
  authorise(caller, 'artifactregistry.repositories.get', name.project);
  await requireRepository(deps, name);
  return name;
}

async function spanOf(deps: Deps, name: ArtifactPackage): Promise<SightedPackage | undefined> {
  const prefix = `${addressOf(name)}@`;
  const span = await findSightedSpan(deps.store, { project: name.project, prefix });
  return span && { name, ...span };
}

async function gcrRepositories(
  deps: Deps,
  of: Omit<ArtifactRepository, 'repository'>,
): Promise<string[]> {
  const found: string[] = [];
  for (const [host, location] of Object.entries(GCR_LOCATIONS)) {
    if (location !== of.location) continue;
    const prefix = `${host}/${projectPath(of)}/`;
    const first = await findNextName(deps.store, { project: of.project, prefix }, IMAGE);
    if (first !== undefined) found.push(host);
  }
  return found;
}

interface NameRange {
  readonly project: string;
  readonly prefix: string;
  readonly part: RegExp;
  /** What follows a name. */
  readonly end: string;
}

/** Jumps from name to name: what is below each is not read. */
async function namesOf(
  deps: Deps,
  page: Page,
  { project, prefix, part, end }: NameRange,
): Promise<{ readonly names: readonly string[]; readonly nextPageToken?: string }> {
  const selection = ['sighted-names', project, prefix];
  const limit = Math.min(page.pageSize, MAX_NAMES);
  const names: string[] = [];
  let last = page.pageToken === undefined ? undefined : readPlace(page.pageToken, selection);
  while (names.length < limit) {
    const after = last === undefined ? {} : { after: `${last}${end}` };
    last = await findNextName(deps.store, { project, prefix, ...after }, part);
    if (last === undefined) return { names };
    names.push(last);
  }
  return { names, nextPageToken: formatPageToken([last ?? ''], selection) };
}

function readPlace(token: string, selection: readonly string[]): string {
  return String(parsePageToken(token, selection, ['string'])[0]);
}
