/**
 * The methods of Google's APIs that are served, as a table: what the routes, the permission checks
 * and the documentation are made of. Ids, verbs, paths and bodies are those of the google.api.http
 * options in the public protos; permissions are those of Google's IAM reference.
 */
import { compileTemplate, type HttpTemplate, matchTemplate } from './http-template.ts';

/** A version's path prefix. v1alpha2 is Binary Authorization only, over the same store. */
export type ApiVersion = 'v1' | 'v1beta1' | 'v1alpha2';

/** A verb of HTTP that a method is called by. */
export type HttpVerb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a method does, whatever the version: the key that handlers are found by. */
export type MethodName = keyof typeof SHAPES;

/** One method of one version. */
export interface ApiMethod {
  /** Full name, e.g. `grafeas.v1.Grafeas.CreateNote`. */
  readonly id: string;
  readonly name: MethodName;
  readonly version: ApiVersion;
  readonly http: HttpVerb;
  readonly templates: readonly string[];
  /** `*`: the whole body is the request; a name: that field of it; undefined: no body. */
  readonly body: string | undefined;
  /** The permission that the caller needs on the resource. */
  readonly permission: string;
}

/** A method found for a request. */
export interface FoundMethod {
  readonly kind: 'found';
  readonly method: ApiMethod;
  /** As the template captures them, without the location. */
  readonly variables: Readonly<Record<string, string>>;
  /** The one resource that the path names, e.g. `projects/P/notes/N` or the parent `projects/P`. */
  readonly resource: string;
  /** The location of the path's longer form; both forms name the same resource. */
  readonly location?: string;
}

/** The path exists, the verb does not: HTTP 405 with these in `Allow`. */
export interface WrongVerb {
  readonly kind: 'wrong-verb';
  readonly allowed: readonly HttpVerb[];
}

interface Shape {
  readonly http: HttpVerb;
  /** After the version; `LOC` stands for both forms, with and without a location. */
  readonly path: string;
  readonly body?: string;
  readonly permission: string;
}

const NOTES = 'containeranalysis.notes';
const OCCURRENCES = 'containeranalysis.occurrences';
const BINAUTHZ = 'binaryauthorization';

const GRAFEAS_SHAPES = {
  CreateNote: post('{parent=projects/*LOC}/notes', 'note', `${NOTES}.create`),
  BatchCreateNotes: post('{parent=projects/*LOC}/notes:batchCreate', '*', `${NOTES}.create`),
  GetNote: get('{name=projects/*LOC/notes/*}', `${NOTES}.get`),
  ListNotes: get('{parent=projects/*LOC}/notes', `${NOTES}.list`),
  UpdateNote: {
    http: 'PATCH',
    path: '{name=projects/*LOC/notes/*}',
    body: 'note',
    permission: `${NOTES}.update`,
  },
  DeleteNote: remove('{name=projects/*LOC/notes/*}', `${NOTES}.delete`),
  ListNoteOccurrences: get('{name=projects/*LOC/notes/*}/occurrences', `${NOTES}.listOccurrences`),
  CreateOccurrence: post(
    '{parent=projects/*LOC}/occurrences',
    'occurrence',
    `${OCCURRENCES}.create`,
  ),
  BatchCreateOccurrences: post(
    '{parent=projects/*LOC}/occurrences:batchCreate',
    '*',
    `${OCCURRENCES}.create`,
  ),
  GetOccurrence: get('{name=projects/*LOC/occurrences/*}', `${OCCURRENCES}.get`),
  ListOccurrences: get('{parent=projects/*LOC}/occurrences', `${OCCURRENCES}.list`),
  UpdateOccurrence: {
    http: 'PATCH',
    path: '{name=projects/*LOC/occurrences/*}',
    body: 'occurrence',
    permission: `${OCCURRENCES}.update`,
  },
  DeleteOccurrence: remove('{name=projects/*LOC/occurrences/*}', `${OCCURRENCES}.delete`),
  GetOccurrenceNote: get('{name=projects/*LOC/occurrences/*}/notes', `${OCCURRENCES}.get`),
  GetVulnerabilityOccurrencesSummary: get(
    '{parent=projects/*LOC}/occurrences:vulnerabilitySummary',
    `${OCCURRENCES}.list`,
  ),
} as const satisfies Record<string, Shape>;

const BINAUTHZ_SHAPES = {
  GetPolicy: get('{name=projects/*/policy}', `${BINAUTHZ}.policy.get`),
  UpdatePolicy: {
    http: 'PUT',
    path: '{policy.name=projects/*/policy}',
    body: 'policy',
    permission: `${BINAUTHZ}.policy.update`,
  },
  GetSystemPolicy: get('{name=locations/*/policy}', `${BINAUTHZ}.policy.get`),
  CreateAttestor: post('{parent=projects/*}/attestors', 'attestor', `${BINAUTHZ}.attestors.create`),
  GetAttestor: get('{name=projects/*/attestors/*}', `${BINAUTHZ}.attestors.get`),
  UpdateAttestor: {
    http: 'PUT',
    path: '{attestor.name=projects/*/attestors/*}',
    body: 'attestor',
    permission: `${BINAUTHZ}.attestors.update`,
  },
  ListAttestors: get('{parent=projects/*}/attestors', `${BINAUTHZ}.attestors.list`),
  DeleteAttestor: remove('{name=projects/*/attestors/*}', `${BINAUTHZ}.attestors.delete`),
  ValidateAttestationOccurrence: post(
    '{attestor=projects/*/attestors/*}:validateAttestationOccurrence',
    '*',
    `${BINAUTHZ}.attestors.verifyImageAttested`,
  ),
} as const satisfies Record<string, Shape>;

const SHAPES = { ...GRAFEAS_SHAPES, ...BINAUTHZ_SHAPES };

const GRAFEAS_SERVICES = { v1: 'grafeas.v1.Grafeas', v1beta1: 'grafeas.v1beta1.GrafeasV1Beta1' };
const BINAUTHZ_SERVICES = {
  v1: 'google.cloud.binaryauthorization.v1.BinauthzManagementServiceV1',
  v1beta1: 'google.cloud.binaryauthorization.v1beta1.BinauthzManagementServiceV1Beta1',
  v1alpha2: 'google.cloud.binaryauthorization.v1alpha2.BinauthzManagementServiceV1Alpha2',
};

/** Methods whose service is another than their neighbours'. */
const OTHER_SERVICES: Readonly<Record<string, string>> = {
  'v1.GetVulnerabilityOccurrencesSummary': 'google.devtools.containeranalysis.v1.ContainerAnalysis',
  'v1.GetSystemPolicy': 'google.cloud.binaryauthorization.v1.SystemPolicyV1',
  'v1beta1.GetSystemPolicy': 'google.cloud.binaryauthorization.v1beta1.SystemPolicyV1Beta1',
  'v1alpha2.GetSystemPolicy': 'google.cloud.binaryauthorization.v1alpha2.SystemPolicyV1Alpha2',
  'v1.ValidateAttestationOccurrence': 'google.cloud.binaryauthorization.v1.ValidationHelperV1',
  'v1beta1.ValidateAttestationOccurrence':
    'google.cloud.binaryauthorization.v1beta1.ValidationHelperV1Beta1',
  'v1alpha2.ValidateAttestationOccurrence':
    'google.cloud.binaryauthorization.v1alpha2.ValidationHelperV1Alpha2',
};

/** Every method that is served, each version on its own row. */
export const API_METHODS: readonly ApiMethod[] = [
  ...methodsOf(GRAFEAS_SHAPES, GRAFEAS_SERVICES),
  ...methodsOf(BINAUTHZ_SHAPES, BINAUTHZ_SERVICES),
];

interface Route {
  readonly method: ApiMethod;
  readonly template: HttpTemplate;
}

const ROUTES: ReadonlyMap<string, readonly Route[]> = Map.groupBy(
  API_METHODS.flatMap((method) =>
    method.templates.map((text) => ({ method, template: compileTemplate(text) })),
  ),
  (route) => route.method.version,
);

/**
 * Finds the method of a request by verb and path (without query). Undefined: no method has the
 * path. Refuses a path whose percent-encoding is broken.
 */
export function matchMethod(verb: string, path: string): FoundMethod | WrongVerb | undefined {
  const matches = (ROUTES.get(path.split('/', 2)[1] ?? '') ?? []).flatMap(
    ({ method, template }) => {
      const variables = matchTemplate(template, path);
      return variables === undefined ? [] : [found(method, variables)];
    },
  );
  const match = matches.find(({ method }) => method.http === verb);
  if (match !== undefined || matches.length === 0) return match;
  return { kind: 'wrong-verb', allowed: [...new Set(matches.map(({ method }) => method.http))] };
}

function found(method: ApiMethod, captured: Readonly<Record<string, string>>): FoundMethod {
  const entries = Object.entries(captured).map(
    ([name, value]) => [name, value.replace(/^(projects\/[^/]+)\/locations\/[^/]+/, '$1')] as const,
  );
  const [first = ''] = Object.values(captured);
  const location = /^projects\/[^/]+\/locations\/([^/]+)/.exec(first)?.[1];
  const resource = entries[0]?.[1] ?? '';
  const variables = Object.fromEntries(entries);
  return { kind: 'found', method, variables, resource, ...(location && { location }) };
}

function methodsOf(
  shapes: Readonly<Record<string, Shape>>,
  services: Readonly<Record<string, string>>,
): readonly ApiMethod[] {
  return (Object.keys(services) as ApiVersion[]).flatMap((version) =>
    Object.entries(shapes).map(([name, { http, path, body, permission }]) => ({
      id: `${OTHER_SERVICES[`${version}.${name}`] ?? services[version]}.${name}`,
      name: name as MethodName,
      version,
      http,
      templates: bothForms(`/${version}/${path}`),
      body,
      permission,
    })),
  );
}

function bothForms(path: string): readonly string[] {
  const short = path.replace('LOC', '');
  return short === path ? [path] : [short, path.replace('LOC', '/locations/*')];
}

function get(path: string, permission: string): Shape {
  return { http: 'GET', path, permission };
}

function remove(path: string, permission: string): Shape {
  return { http: 'DELETE', path, permission };
}

function post(path: string, body: string, permission: string): Shape {
  return { http: 'POST', path, body, permission };
}
