/** Service Usage's methods, as far as `gcloud services enable` and `list` need them. */
import { AssayError } from '../domain/error.ts';
import { isJsonObject, type JsonObject } from '../domain/json.ts';
import { listToJson } from '../google/list-message.ts';
import { fieldError, show } from '../google/read-message.ts';
import {
  checkService,
  DONE_OPERATION,
  doneOperation,
  parseServiceName,
  SERVED_APIS,
  serviceToJson,
} from '../google/served-api.ts';
import { enableServices, seeServices } from '../operations/enable-services.ts';
import { type GoogleHandler, projectOf } from './google-call.ts';

const PACKAGE = 'google.api.serviceusage.v1';
const MAX_BATCH = 20;

/** Handlers of services and of the operation that is always done. */
export const SERVICE_USAGE_HANDLERS = {
  GetService: async (deps, { caller, resource }) => {
    const name = parseServiceName(resource);
    await seeServices(deps, { caller, ...name }, 'serviceusage.services.get');
    return serviceToJson(name);
  },
  BatchGetServices: async (deps, { caller, resource, request }) => {
    const project = projectOf(resource);
    const names = readTexts(request, 'names').map(parseServiceName);
    await seeServices(deps, { caller, project }, 'serviceusage.services.get');
    return { services: names.map(serviceToJson) };
  },
  ListServices: async (deps, { caller, resource, request }) => {
    const project = projectOf(resource);
    await seeServices(deps, { caller, project }, 'serviceusage.services.list');
    const services = SERVED_APIS.map((service) => serviceToJson({ project, service }));
    return listToJson('services', wantsEnabled(request['filter']) ? services : []);
  },
  EnableService: async (deps, { caller, resource }) => {
    const name = parseServiceName(resource);
    await enableServices(deps, { caller, ...name });
    return doneOperation(`${PACKAGE}.EnableServiceResponse`, { service: serviceToJson(name) });
  },
  BatchEnableServices: async (deps, { caller, resource, request }) => {
    const project = projectOf(resource);
    const ids = readTexts(request, 'serviceIds').map(checkService);
    await enableServices(deps, { caller, project });
    const services = ids.map((service) => serviceToJson({ project, service }));
    return doneOperation(`${PACKAGE}.BatchEnableServicesResponse`, { services });
  },
  GetOperation: async (_deps, { resource }) => {
    if (resource === DONE_OPERATION) return doneOperation('google.protobuf.Empty');
    throw new AssayError('not-found', `operation ${resource} does not exist`);
  },
} as const satisfies Record<string, GoogleHandler>;

/** `state:ENABLED`, or no filter: everything here is on. */
function wantsEnabled(filter: unknown): boolean {
  if (filter === undefined || filter === '' || filter === 'state:ENABLED') return true;
  if (filter === 'state:DISABLED') return false;
  throw fieldError(['filter'], `is ${show(filter)}; want state:ENABLED or state:DISABLED`);
}

function readTexts(request: JsonObject, field: string): readonly string[] {
  const value = request[field] ?? [];
  const fits = Array.isArray(value) && value.every((one) => typeof one === 'string');
  if (fits && value.length <= MAX_BATCH && !isJsonObject(value)) return value as string[];
  throw fieldError([field], `is ${show(value)}; want a list of at most ${MAX_BATCH} texts`);
}
