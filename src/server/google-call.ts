/** A call of one of Google's methods, and how a handler answers it. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import type { GrafeasVersion } from '../google/grafeas-table.ts';
import type { ApiVersion, ServedMethod } from '../google/methods.ts';
import type { Deps } from '../operations/deps.ts';

/** A call of one method, the same over REST and gRPC. */
export interface GoogleCall {
  readonly caller: Caller;
  readonly version: ApiVersion;
  readonly method: ServedMethod;
  /** The resource or parent that the request names, without location where that means nothing. */
  readonly resource: string;
  /** The location that it was named with. */
  readonly location?: string;
  /** The request message as it came: camelCase names, values unchecked. */
  readonly request: JsonObject;
}

/** Answers a call with the JSON of its response. */
export type GoogleHandler = (deps: Deps, call: GoogleCall) => Promise<JsonObject>;

/** The Grafeas version of a call; Grafeas has no v1alpha2. */
export function grafeasVersion(version: ApiVersion): GrafeasVersion {
  if (version !== 'v1alpha2') return version;
  throw new AssayError('not-found', 'notes and occurrences are served at /v1 and /v1beta1');
}

/** The project of a resource name `projects/P…`. */
export function projectOf(resource: string): string {
  return resource.split('/')[1] ?? '';
}

/** A request without the parent that its path or caller named: what is left is its body. */
export function withoutParent({ parent: _parent, ...body }: JsonObject): JsonObject {
  return body;
}
