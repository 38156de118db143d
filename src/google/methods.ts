/**
 * The methods of Google's APIs as the descriptors define them: what the routes, the permission
 * checks and the documentation are made of. Ids, verbs, paths and bodies are those of the
 * google.api.http options; what is served, and by which permission, is in method-permissions.ts.
 */
import { parseLocation } from '../domain/resource-name.ts';
import { METHODS } from './generated/api-definition.ts';
import { captureVariable, compileTemplate, type HttpTemplate } from './http-template.ts';
import {
  IAM_BINDINGS,
  LEFT_OUT,
  type MethodName,
  SERVICE_FAMILIES,
  type ServiceFamily,
} from './method-permissions.ts';
import { addRoute, createRouteTree, findRoutes, type PathMatch } from './route-tree.ts';

/** A version's path prefix. v1alpha2 is Binary Authorization only, over the same store. */
export type ApiVersion = 'v1' | 'v1beta1' | 'v1alpha2';

/** A verb of HTTP that a method is called by. */
export type HttpVerb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** One way to call a method over HTTP. */
export interface HttpBinding {
  readonly http: HttpVerb;
  readonly template: HttpTemplate;
  /** `*`: the whole body is the request; a name: that field of it; undefined: no body. */
  readonly body: string | undefined;
}

/** One method of one version. */
export interface ApiMethod {
  /** Full name, e.g. `grafeas.v1.Grafeas.CreateNote`. */
  readonly id: string;
  readonly name: string;
  readonly version: ApiVersion;
  /** Full names of the messages. */
  readonly request: string;
  readonly response: string;
  readonly bindings: readonly HttpBinding[];
  /**
   * The permission that the caller needs on the resource, as method-permissions.ts writes it;
   * undefined: the method is not served.
   */
  readonly permission: string | undefined;
  /** With and without a location a name means one resource. */
  readonly located: boolean;
}

/** A method that is served. */
export interface ServedMethod extends ApiMethod {
  readonly name: MethodName;
  readonly permission: string;
}

/** A method found for a request. */
export interface FoundMethod {
  readonly kind: 'found';
  readonly method: ApiMethod;
  readonly binding: HttpBinding;
  readonly version: ApiVersion;
  /** The fields that the path sets, each with its value without the location. */
  readonly variables: readonly (readonly [path: readonly string[], value: string])[];
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

/** The path belongs to an API of Google's that is left for later. */
export interface LeftOut {
  readonly kind: 'left-out';
  readonly what: string;
}

const VERSION = /\.(v1|v1beta1|v1alpha2)\./;
const LOCATED = /^(projects\/[^/]+)\/locations\/([^/]+)/;

/** Every method of the descriptors, each version on its own row. */
export const API_METHODS: readonly ApiMethod[] = Object.entries(METHODS).map(([id, text]) =>
  readMethod(id, text),
);

interface Route {
  readonly method: ApiMethod;
  readonly binding: HttpBinding;
}

const ROUTES = createRouteTree<Route>();
for (const method of API_METHODS) {
  for (const binding of method.bindings) addRoute(ROUTES, binding.template, { method, binding });
}

/** Tells whether a method is served here. */
export function isServed(method: ApiMethod): method is ServedMethod {
  return method.permission !== undefined;
}

/**
 * Finds the method of a request by verb and path (without query). Undefined: no method has the
 * path. Refuses a path whose percent-encoding is broken, and a location that none can be.
 */
export function matchMethod(
  verb: string,
  path: string,
): FoundMethod | WrongVerb | LeftOut | undefined {
  const matches = findRoutes(ROUTES, path);
  for (const match of matches) {
    const route = match.values.find(({ binding }) => binding.http === verb);
    if (route !== undefined) return found(route, match);
  }
  const verbs = matches.flatMap(({ values }) => values.map(({ binding }) => binding.http));
  if (verbs.length > 0) return { kind: 'wrong-verb', allowed: [...new Set(verbs)] };
  const what = LEFT_OUT.find(([pattern]) => pattern.test(path))?.[1];
  return what === undefined ? undefined : { kind: 'left-out', what };
}

function found({ method, binding }: Route, { segments }: PathMatch<Route>): FoundMethod {
  const { template } = binding;
  const captured = template.variables.map(
    (variable) => [variable.path, captureVariable(template, variable, segments)] as const,
  );
  const location = locationOf(captured[0]?.[1] ?? '');
  const variables = method.located
    ? captured.map(([field, value]) => [field, withoutLocation(value)] as const)
    : captured;
  const resource = variables[0]?.[1] ?? '';
  const version = segments[0] as ApiVersion;
  const rest = { variables, resource, ...(location !== undefined && { location }) };
  return { kind: 'found', method, binding, version, ...rest };
}

/** The location in a resource's name; undefined where it has none. Refuses what none can be. */
export function locationOf(name: string): string | undefined {
  const location = LOCATED.exec(name)?.[2];
  return location === undefined ? undefined : parseLocation(location);
}

/** A resource's name without its location. */
export function withoutLocation(name: string): string {
  return name.replace(LOCATED, '$1');
}

function readMethod(id: string, text: string): ApiMethod {
  const [messages = '', ...rules] = text.split(';').map((part) => part.trim());
  const [request = '', response = ''] = messages.split(/\s+/);
  const family = SERVICE_FAMILIES.find((one) => id.startsWith(one.package));
  if (family === undefined) throw new TypeError(`no family has the method ${id}`);
  const name = id.slice(id.lastIndexOf('.') + 1);
  const version = (VERSION.exec(id)?.[1] ?? 'v1') as ApiVersion;
  const bindings = bindingsOf(id, family, rules).map(readBinding);
  const permission = Object.hasOwn(family.served, name) ? family.served[name] : undefined;
  return { id, name, version, request, response, bindings, permission, located: family.located };
}

/** IAM's own bindings take any path; Binary Authorization's stand in for them. */
function bindingsOf(
  id: string,
  family: ServiceFamily,
  rules: readonly string[],
): readonly string[] {
  if (id.startsWith('google.iam.')) return IAM_BINDINGS[id.slice(id.lastIndexOf('.') + 1)] ?? [];
  if (!family.located) return rules;
  // v1beta1's older descriptors say nothing of locations; gcloud uses them in every version.
  const plain = rules.filter((rule) => !rule.includes('/locations/'));
  const located = plain.map((rule) => rule.replace('=projects/*', '=projects/*/locations/*'));
  return [...new Set([...rules, ...located])];
}

function readBinding(rule: string): HttpBinding {
  const [http = '', path = '', body] = rule.split(/\s+/);
  return { http: http as HttpVerb, template: compileTemplate(path), body };
}
