/**
 * The APIs that are served here, as Service Usage tells of them. All are always on: `gcloud
 * services enable` has nothing to do, and says so of others.
 */
import { AssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import { parseProjectId } from '../domain/resource-name.ts';

const TITLES: Readonly<Record<string, string>> = {
  'artifactregistry.googleapis.com': 'Artifact Registry API',
  'binaryauthorization.googleapis.com': 'Binary Authorization API',
  'containeranalysis.googleapis.com': 'Container Analysis API',
  'serviceusage.googleapis.com': 'Service Usage API',
};

/** The names of the APIs that are served. */
export const SERVED_APIS: readonly string[] = Object.keys(TITLES);

/** What Google's own service names an operation that had nothing to do. */
export const DONE_OPERATION = 'operations/noop.DONE_OPERATION';

/** A service of a project. */
export interface ServiceName {
  readonly project: string;
  readonly service: string;
}

/** Reads `projects/P/services/S`; refuses an API that is not served, naming those that are. */
export function parseServiceName(name: string): ServiceName {
  const [, project, service] = /^projects\/([^/]+)\/services\/([^/]+)$/.exec(name) ?? [];
  if (project === undefined || service === undefined) {
    const wanted = 'projects/PROJECT/services/NAME.googleapis.com';
    const shown = JSON.stringify(name.slice(0, 300));
    throw new AssayError('invalid-name', `name ${shown} is not of the form ${wanted}`);
  }
  return { project: parseProjectId(project), service: checkService(service) };
}

/** Refuses, with `not-found`, an API that is not served. */
export function checkService(service: string): string {
  if (Object.hasOwn(TITLES, service)) return service;
  throw new AssayError(
    'not-found',
    `service ${JSON.stringify(service.slice(0, 200))} is not served here; these are: ` +
      SERVED_APIS.join(', '),
  );
}

/** Prints a service, which is on. */
export function serviceToJson({ project, service }: ServiceName): JsonObject {
  const parent = `projects/${project}`;
  const title = TITLES[service] ?? service;
  const config = { name: service, title };
  return { name: `${parent}/services/${service}`, parent, config, state: 'ENABLED' };
}

/** Prints an operation that is done, with its answer. */
export function doneOperation(type: string, response: JsonObject = {}): JsonObject {
  return {
    name: DONE_OPERATION,
    done: true,
    response: { '@type': `type.googleapis.com/${type}`, ...response },
  };
}
