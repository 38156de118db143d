/**
 * One call of every method that is served, on resources that do not exist or that may be made: what
 * is asked of such calls is who may make them, never what comes of them.
 */
import type { JsonObject } from '../../src/domain/json.ts';
import type { Permission } from '../../src/domain/role.ts';
import type { HttpTemplate } from '../../src/google/http-template.ts';
import { API_METHODS, isServed, type ServedMethod } from '../../src/google/methods.ts';

/** A call of a method by one of its paths. */
export interface ApiMethodCall {
  /** The method and the path's template, for a test's name. */
  readonly title: string;
  readonly method: ServedMethod;
  /** The permission on the resource; undefined: none is needed. */
  readonly permission: Permission | undefined;
  readonly verb: string;
  readonly path: string;
  readonly body: JsonObject | undefined;
  /** The request message, with its resource, as gRPC has it. */
  readonly request: JsonObject;
}

const DIGEST = `sha256:${'ab'.repeat(32)}`;
const IMAGE = `https://registry.example/app@${DIGEST}`;

/** What stands for `*` after each name; a path of Artifact Registry is of a repository of gcr.io. */
const IDS: Readonly<Record<string, string>> = {
  locations: 'us',
  notes: 'absent',
  occurrences: '0191e0c0-0000-7000-8000-000000000000',
  attestors: 'absent',
  repositories: 'gcr.io',
  packages: 'app',
  versions: DIGEST,
  tags: 'one',
  dockerImages: `app@${DIGEST}`,
  services: 'containeranalysis.googleapis.com',
};
const RESOURCE = IMAGE.replaceAll('/', '%2F');

/** The rest of each request, beside its resource; by method, of v1beta1 where it differs. */
function bodyOf(name: string, project: string, beta: boolean): JsonObject {
  const note = { discovery: { analysisKind: 'VULNERABILITY' } };
  const noteName = `projects/${project}/notes/there`;
  const occurrence = beta
    ? { noteName, resource: { uri: IMAGE }, discovered: { discovered: {} } }
    : { noteName, resourceUri: IMAGE, discovery: {} };
  const noteReference = `projects/${project}/notes/there`;
  const attestor = {
    name: `projects/${project}/attestors/absent`,
    [beta ? 'userOwnedDrydockNote' : 'userOwnedGrafeasNote']: { noteReference },
  };
  const rule = { evaluationMode: 'ALWAYS_ALLOW', enforcementMode: 'DRYRUN_AUDIT_LOG_ONLY' };
  const all: Readonly<Record<string, JsonObject>> = {
    CreateNote: { noteId: 'made', note },
    BatchCreateNotes: { notes: { made: note } },
    UpdateNote: { note },
    CreateOccurrence: { occurrence },
    BatchCreateOccurrences: { occurrences: [occurrence] },
    UpdateOccurrence: { occurrence },
    SetIamPolicy: { policy: { bindings: [] } },
    TestIamPermissions: { permissions: ['containeranalysis.notes.get'] },
    UpdatePolicy: { policy: { defaultAdmissionRule: rule } },
    CreateAttestor: { attestorId: 'made', attestor },
    UpdateAttestor: { attestor },
    ValidateAttestationOccurrence: {
      attestation: { serializedPayload: 'AAAA' },
      occurrenceNote: noteName,
      occurrenceResourceUri: IMAGE,
    },
    BatchEnableServices: { serviceIds: ['containeranalysis.googleapis.com'] },
  };
  return all[name] ?? {};
}

/** Every way to call every served method on a project. */
export function apiCalls(project: string): readonly ApiMethodCall[] {
  return API_METHODS.filter(isServed).flatMap((method) =>
    method.bindings.map((_, at) => callOf(method, at, project)),
  );
}

function callOf(method: ServedMethod, at: number, project: string): ApiMethodCall {
  const binding = method.bindings[at];
  if (binding === undefined) throw new TypeError('no such binding');
  const { template, http } = binding;
  const segments = fill(template, project);
  const [variable] = template.variables;
  const named = segments.slice(variable?.start, variable?.end);
  const name = named.map((one) => decodeURIComponent(one)).join('/');
  const body = bodyOf(method.name, project, isBeta(method));
  return {
    title: `${http} ${template.text} (${method.id})`,
    method,
    permission: permissionOf(method, name),
    verb: http,
    path: `/${segments.join('/')}${ending(template)}${queryOf(body, binding.body)}`,
    body: sent(body, binding.body),
    request: withName(body, variable?.path ?? [], name),
  };
}

function ending({ verb }: HttpTemplate): string {
  return verb === '' ? '' : `:${verb}`;
}

/** The id of what is to be made, where the body is not the whole request. */
function queryOf({ noteId, attestorId }: JsonObject, field: string | undefined): string {
  if (field === undefined || field === '*') return '';
  if (typeof noteId === 'string') return `?noteId=${noteId}`;
  return typeof attestorId === 'string' ? `?attestorId=${attestorId}` : '';
}

function isBeta(method: ServedMethod): boolean {
  return (
    /^(?:grafeas|google\.devtools)\.(?:\w+\.)?v1beta1/.test(method.id) || isOldAttestor(method)
  );
}

/** Binary Authorization's older versions call the note otherwise. */
function isOldAttestor({ id }: ServedMethod): boolean {
  return /binaryauthorization\.v1(beta1|alpha2)/.test(id);
}

function sent(body: JsonObject, field: string | undefined): JsonObject | undefined {
  if (field === undefined) return undefined;
  return field === '*' ? body : ((body[field] ?? {}) as JsonObject);
}

function fill({ segments }: HttpTemplate, project: string): string[] {
  return segments.map((segment, at) => {
    const before = segments[at - 1] ?? '';
    if (segment === '**') return RESOURCE;
    if (segment !== '*') return segment;
    // Service Usage's paths begin with `*/*`.
    if (before === 'v1') return 'projects';
    if (before === 'projects' || before === '*') return project;
    return encodeURIComponent(IDS[before] ?? 'absent');
  });
}

function withName(
  body: JsonObject,
  [first = 'name', second]: readonly string[],
  name: string,
): JsonObject {
  if (second === undefined) return { ...body, [first]: name };
  return { ...body, [first]: { ...(body[first] as JsonObject | undefined), [second]: name } };
}

function permissionOf({ permission }: ServedMethod, name: string): Permission | undefined {
  if (permission === '') return undefined;
  const collection = /\/(notes|occurrences|attestors|policy)(?:\/|$)/.exec(name)?.[1] ?? '';
  // The table's names are those of the roles' table, which other tests hold.
  return permission.replace('*', collection) as Permission;
}
