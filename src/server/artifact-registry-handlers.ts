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
import type { Json, JsonObject } from '../domain/json.ts';
import {
  artifactVersionToJson,
  dockerImageToJson,
  packageToJson,
  repositoryToJson,
  tagToJson,
} from '../google/artifact-message.ts';
import { listToJson, readListQuery } from '../google/list-message.ts';
import { fieldError, show } from '../google/read-message.ts';
import {
  getSightedImage,
  listSightedImages,
  type SightedOrder,
} from '../operations/list-sighted-images.ts';
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
      ...orderedList(request),
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
      ...orderedList(request),
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
  const { order, ...list } = orderedList(request);
  if (order === undefined) return list;
  throw fieldError(['orderBy'], `is ${show(request['orderBy'])}; this list is by name only`);
}

const ORDER = /^([A-Za-z_]+)(?: (asc|desc))?$/;
const ORDERS: ReadonlyMap<string, SightedOrder['by']> = new Map([
  ['name', 'resourceUri'],
  ['createtime', 'firstSeen'],
  ['uploadtime', 'firstSeen'],
  ['updatetime', 'lastSeen'],
]);

/** The paging and the order of a list without filter. */
function orderedList(request: JsonObject): PlainList & { readonly order?: SightedOrder } {
  const { filter, ...list } = readListQuery(request);
  if (filter !== '') throw fieldError(['filter'], 'is not supported here; leave it out');
  const order = readOrder(request['orderBy']);
  return order === undefined ? list : { ...list, order };
}

/** Reads an order; gcloud writes `UPDATE_TIME desc`. Undefined: by name, as lists are anyway. */
function readOrder(given: Json | undefined): SightedOrder | undefined {
  if (given === undefined || given === '') return undefined;
  const [, field = '', way = 'asc'] = ORDER.exec(typeof given === 'string' ? given : '') ?? [];
  const by = ORDERS.get(field.replaceAll('_', '').toLowerCase());
  if (by === undefined) {
    throw fieldError(['orderBy'], `is ${show(given)}; want name, createTime or updateTime`);
  }
  const descending = way === 'desc';
  return by === 'resourceUri' && !descending ? undefined : { by, descending };
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
