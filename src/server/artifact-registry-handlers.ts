/** Artifact Registry's methods: reading what a project has sighted below an address. */
import {
  parseArtifactLocation,
  parseArtifactPackage,
  parseArtifactRepository,
  parseArtifactTag,
  parseArtifactVersion,
  parseDockerImageName,
} from '../domain/artifact-name.ts';
import { authorise } from '../domain/caller.ts';
import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import {
  artifactVersionToJson,
  dockerImageToJson,
  packageToJson,
  repositoryToJson,
  tagToJson,
} from '../google/artifact-message.ts';
import { listToJson, readListQuery } from '../google/list-message.ts';
import { fieldError, show } from '../google/read-message.ts';
import { getSightedImage, listSightedImages } from '../operations/list-sighted-images.ts';
import {
  getSightedPackage,
  getSightedRepository,
  listSightedPackages,
  listSightedRepositories,
} from '../operations/list-sighted-names.ts';
import { getSightedTag, listSightedTags } from '../operations/list-sighted-tags.ts';
import { type GoogleHandler, projectOf } from './google-call.ts';

/** Handlers of Artifact Registry. */
export const ARTIFACT_REGISTRY_HANDLERS = {
  GetRepository: async (deps, { caller, resource }) => {
    const name = parseArtifactRepository(resource);
    return repositoryToJson(await getSightedRepository(deps, { caller, name }));
  },
  ListRepositories: async (deps, { caller, resource, request }) => {
    const input = { caller, of: parseArtifactLocation(resource), ...plainList(request) };
    const page = await listSightedRepositories(deps, input);
    return listToJson('repositories', page.repositories.map(repositoryToJson), page.nextPageToken);
  },
  GetDockerImage: async (deps, { caller, resource }) => {
    const name = parseDockerImageName(resource);
    const permission = 'artifactregistry.dockerimages.get';
    return dockerImageToJson(await getSightedImage(deps, { caller, permission, name }));
  },
  ListDockerImages: async (deps, { caller, resource, request }) => {
    const page = await listSightedImages(deps, {
      caller,
      permission: 'artifactregistry.dockerimages.list',
      of: parseArtifactRepository(resource),
      ...plainList(request),
    });
    return listToJson('dockerImages', page.images.map(dockerImageToJson), page.nextPageToken);
  },
  GetPackage: async (deps, { caller, resource }) => {
    const name = parseArtifactPackage(resource);
    return packageToJson(await getSightedPackage(deps, { caller, name }));
  },
  ListPackages: async (deps, { caller, resource, request }) => {
    const repository = parseArtifactRepository(resource);
    const page = await listSightedPackages(deps, { caller, repository, ...plainList(request) });
    return listToJson('packages', page.packages.map(packageToJson), page.nextPageToken);
  },
  GetVersion: async (deps, { caller, resource, request }) => {
    const name = parseArtifactVersion(resource);
    const permission = 'artifactregistry.versions.get';
    const image = await getSightedImage(deps, { caller, permission, name });
    return artifactVersionToJson(image, readView(request['view']));
  },
  ListVersions: async (deps, { caller, resource, request }) => {
    const view = readView(request['view']);
    const page = await listSightedImages(deps, {
      caller,
      permission: 'artifactregistry.versions.list',
      of: parseArtifactPackage(resource),
      ...plainList(request),
    });
    const versions = page.images.map((image) => artifactVersionToJson(image, view));
    return listToJson('versions', versions, page.nextPageToken);
  },
  GetTag: async (deps, { caller, resource }) => {
    const { name, version } = await getSightedTag(deps, {
      caller,
      name: parseArtifactTag(resource),
    });
    return tagToJson(name, version);
  },
  ListTags: async (deps, { caller, resource, request }) => {
    const { filter, ...list } = readListQuery(request);
    const digest = readVersionFilter(filter);
    const of = parseArtifactPackage(resource);
    const input = { caller, of, ...list, ...(digest === undefined ? {} : { digest }) };
    const page = await listSightedTags(deps, input);
    const tags = page.tags.map(({ name, version }) => tagToJson(name, version));
    return listToJson('tags', tags, page.nextPageToken);
  },
  GetProjectSettings: async (_deps, { caller, resource }) => {
    authorise(caller, 'artifactregistry.projectsettings.get', projectOf(resource));
    // Images of gcr.io are answered for like those of any repository.
    const legacyRedirectionState = 'REDIRECTION_FROM_GCR_IO_ENABLED';
    return { name: resource, legacyRedirectionState };
  },
} as const satisfies Record<string, GoogleHandler>;

interface PlainList {
  readonly pageSize: number;
  readonly pageToken?: string;
}

/** The paging of a list that has no filter and one order. */
function plainList(request: JsonObject): PlainList {
  const { filter, ...list } = readListQuery(request);
  if (filter !== '') throw fieldError(['filter'], 'is not supported here; leave it out');
  const order = request['orderBy'];
  if (order === undefined || order === '') return list;
  throw fieldError(['orderBy'], `is ${show(order)}, but lists are by name only; leave it out`);
}

function readView(view: unknown): 'BASIC' | 'FULL' {
  if (view === 'FULL' || view === 2 || view === '2') return 'FULL';
  const basic = [undefined, '', 'BASIC', 'VERSION_VIEW_UNSPECIFIED', 0, 1, '0', '1'];
  if (basic.some((one) => one === view)) return 'BASIC';
  throw fieldError(['view'], `is ${show(view)}; want BASIC or FULL`);
}

/** Google's documentation knows one filter of tags: `version="NAME"`. */
function readVersionFilter(filter: string): Digest | undefined {
  if (filter === '') return undefined;
  const name = /^\s*version\s*=\s*"([^"]+)"\s*$/.exec(filter)?.[1];
  if (name !== undefined) return parseArtifactVersion(name).digest;
  throw fieldError(['filter'], `is ${show(filter)}; want version="projects/…/versions/DIGEST"`);
}
