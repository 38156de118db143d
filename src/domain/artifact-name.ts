/**
 * Names of Artifact Registry's resources, and which image references they stand for: repository R
 * in location L of project P is where the images `L-docker.pkg.dev/P/R/…` are, and a repository
 * named like a host of Container Registry, `gcr.io/P/…`.
 */
import { type Digest, parseDigest } from './digest.ts';
import { AssayError } from './error.ts';
import { parseManifestTarget, parseRepositoryPath, parseTag } from './repository-path.ts';
import { parseProjectId } from './resource-name.ts';

/** A repository. */
export interface ArtifactRepository {
  readonly project: string;
  readonly location: string;
  readonly repository: string;
}

/** An image of any version in a repository; its path may have slashes. */
export interface ArtifactPackage extends ArtifactRepository {
  readonly image: string;
}

/** One version of an image. */
export interface ArtifactVersion extends ArtifactPackage {
  readonly digest: Digest;
}

/** A tag of an image. */
export interface ArtifactTag extends ArtifactPackage {
  readonly tag: string;
}

/** The hosts of Container Registry, each with the location that its repository is in. */
export const GCR_LOCATIONS: Readonly<Record<string, string>> = {
  'gcr.io': 'us',
  'us.gcr.io': 'us',
  'eu.gcr.io': 'europe',
  'asia.gcr.io': 'asia',
};

const REPOSITORY = 'projects/PROJECT/locations/LOCATION/repositories/REPOSITORY';
const PARTS = /^projects\/([^/]+)\/locations\/([^/]+)\/repositories\/([^/]+)(?:\/(.+))?$/;
const LOCATION = /^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const REPOSITORY_ID = /^[a-z](?:[a-z0-9.-]{0,61}[a-z0-9])?$/;

/** Reads `projects/P/locations/L`. */
export function parseArtifactLocation(name: string): Omit<ArtifactRepository, 'repository'> {
  const [, project = '', location = ''] =
    /^projects\/([^/]+)\/locations\/([^/]+)$/.exec(name) ?? [];
  if (!LOCATION.test(location)) throw wrong(name, 'projects/PROJECT/locations/LOCATION');
  return { project: parseProjectId(project), location };
}

/** Reads `projects/P/locations/L/repositories/R`. */
export function parseArtifactRepository(name: string): ArtifactRepository {
  const { repository, rest } = split(name, REPOSITORY);
  if (rest.length > 0) throw wrong(name, REPOSITORY);
  return repository;
}

/** Reads `…/packages/IMAGE`, its slashes written as `%2F`. */
export function parseArtifactPackage(name: string): ArtifactPackage {
  return packageOf(name, `${REPOSITORY}/packages/IMAGE`, 2).named;
}

/** Reads `…/packages/IMAGE/versions/DIGEST`. */
export function parseArtifactVersion(name: string): ArtifactVersion {
  const wanted = `${REPOSITORY}/packages/IMAGE/versions/DIGEST`;
  const { named, rest } = packageOf(name, wanted, 4);
  if (rest[2] !== 'versions') throw wrong(name, wanted);
  return { ...named, digest: parseDigest(rest[3] ?? '') };
}

/** Reads `…/packages/IMAGE/tags/TAG`. */
export function parseArtifactTag(name: string): ArtifactTag {
  const wanted = `${REPOSITORY}/packages/IMAGE/tags/TAG`;
  const { named, rest } = packageOf(name, wanted, 4);
  if (rest[2] !== 'tags') throw wrong(name, wanted);
  return { ...named, tag: parseTag(rest[3] ?? '') };
}

/** Reads `…/dockerImages/IMAGE@DIGEST`. */
export function parseDockerImageName(name: string): ArtifactVersion {
  const wanted = `${REPOSITORY}/dockerImages/IMAGE@DIGEST`;
  const { repository, rest } = split(name, wanted);
  const [collection, id = '', ...more] = rest;
  const [image = '', digest = ''] = decodeSlashes(id).split('@', 2);
  if (collection !== 'dockerImages' || more.length > 0) throw wrong(name, wanted);
  const target = parseManifestTarget(digest);
  if (target.kind !== 'digest') throw wrong(name, wanted);
  return { ...repository, image: parseRepositoryPath(image), digest: target.digest };
}

/** Prints a repository's name. */
export function formatArtifactRepository(name: ArtifactRepository): string {
  return `projects/${name.project}/locations/${name.location}/repositories/${name.repository}`;
}

/** Prints an image's name. */
export function formatArtifactPackage(name: ArtifactPackage): string {
  return `${formatArtifactRepository(name)}/packages/${encodeSlashes(name.image)}`;
}

/** Prints a version's name. */
export function formatArtifactVersion(name: ArtifactVersion): string {
  return `${formatArtifactPackage(name)}/versions/${name.digest}`;
}

/** Prints a tag's name. */
export function formatArtifactTag(name: ArtifactTag): string {
  return `${formatArtifactPackage(name)}/tags/${name.tag}`;
}

/** Prints a version's name as that of a Docker image. */
export function formatDockerImageName(name: ArtifactVersion): string {
  const id = `${encodeSlashes(name.image)}@${name.digest}`;
  return `${formatArtifactRepository(name)}/dockerImages/${id}`;
}

/** The address of an image in Artifact Registry. */
export function formatDockerUri({ image, digest, ...repository }: ArtifactVersion): string {
  return `${packagesRoot(repository)}/${image}@${digest}`;
}

/**
 * Where the images of a repository are, as references begin: `L-docker.pkg.dev/P/R` or `gcr.io/P`.
 * Undefined: a host of Container Registry that is in another location.
 */
export function imageRoot(name: ArtifactRepository): string | undefined {
  if (!Object.hasOwn(GCR_LOCATIONS, name.repository)) return packagesRoot(name);
  return GCR_LOCATIONS[name.repository] === name.location
    ? `${name.repository}/${projectPath(name)}`
    : undefined;
}

function packagesRoot(name: ArtifactRepository): string {
  return `${name.location}-docker.pkg.dev/${projectPath(name)}/${name.repository}`;
}

/** A domain-scoped project is two parts of a path: `example.com:app` is `example.com/app`. */
export function projectPath({ project }: Pick<ArtifactRepository, 'project'>): string {
  return project.replace(':', '/');
}

interface SplitName {
  readonly repository: ArtifactRepository;
  readonly rest: readonly string[];
}

function split(name: string, wanted: string): SplitName {
  const [, project = '', location = '', repository = '', below] = PARTS.exec(name) ?? [];
  if (!LOCATION.test(location) || !REPOSITORY_ID.test(repository)) throw wrong(name, wanted);
  const rest = below?.split('/') ?? [];
  return { repository: { project: parseProjectId(project), location, repository }, rest };
}

function packageOf(
  name: string,
  wanted: string,
  length: number,
): { readonly named: ArtifactPackage; readonly rest: readonly string[] } {
  const { repository, rest } = split(name, wanted);
  const [collection, id = ''] = rest;
  if (collection !== 'packages' || rest.length !== length) throw wrong(name, wanted);
  return { named: { ...repository, image: parseRepositoryPath(decodeSlashes(id)) }, rest };
}

function decodeSlashes(id: string): string {
  return id.replaceAll(/%2f/gi, '/');
}

function encodeSlashes(image: string): string {
  return image.replaceAll('/', '%2F');
}

function wrong(name: string, wanted: string): AssayError {
  const shown = JSON.stringify(name.slice(0, 300));
  return new AssayError('invalid-name', `name ${shown} is not of the form ${wanted}`);
}
