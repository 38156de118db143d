/**
 * A request message that came over gRPC, brought to what an HTTP request of the same call gives:
 * the resource that it names, checked against the paths that the method has, and a body that is
 * there.
 */
import type { JsonObject } from '../domain/json.ts';
import type { HttpTemplate } from './http-template.ts';
import { type ApiMethod, locationOf, withoutLocation } from './methods.ts';
import { fieldError, show } from './read-message.ts';
import { type MutableJson, setPath, valueAtPath } from './request-path.ts';

/** A request and the resource that it is about. */
export interface ResourceRequest {
  readonly request: JsonObject;
  readonly resource: string;
  readonly location?: string;
}

/** Finds the resource of a request; refuses one that the method's paths do not allow. */
export function requestFromGrpc(method: ApiMethod, message: JsonObject): ResourceRequest {
  const request: MutableJson = { ...message };
  const [first] = method.bindings;
  const path = first?.template.variables[0]?.path;
  if (first === undefined || path === undefined) return { request, resource: '' };
  if (first.body !== undefined && first.body !== '*') request[first.body] ??= {};
  const given = readName(method, path, valueAtPath(request, path));
  const resource = method.located ? withoutLocation(given) : given;
  setPath(request, path, resource);
  const location = locationOf(given);
  return { request, resource, ...(location !== undefined && { location }) };
}

function readName(method: ApiMethod, path: readonly string[], value: unknown): string {
  const patterns = method.bindings.flatMap(({ template }) => patternOf(template));
  const wanted = [...new Set(patterns.map((pattern) => pattern.join('/')))].join(' or ');
  if (value === undefined) throw fieldError(path, `is missing: it is required; want ${wanted}`);
  const segments = typeof value === 'string' ? value.split('/') : [];
  if (patterns.some((pattern) => fits(pattern, segments))) return segments.join('/');
  throw fieldError(path, `is ${show(value)}; want ${wanted}`);
}

function patternOf({ segments, variables: [variable] }: HttpTemplate): (readonly string[])[] {
  return variable === undefined ? [] : [segments.slice(variable.start, variable.end)];
}

function fits(pattern: readonly string[], segments: readonly string[]): boolean {
  const toTheEnd = pattern.at(-1) === '**';
  const steps = toTheEnd ? pattern.slice(0, -1) : pattern;
  const isLongEnough = toTheEnd
    ? segments.slice(steps.length).join('/') !== ''
    : segments.length === steps.length;
  return isLongEnough && steps.every((step, at) => isStep(step, segments[at] ?? ''));
}

function isStep(step: string, segment: string): boolean {
  return step === '*' ? segment !== '' : step === segment;
}
