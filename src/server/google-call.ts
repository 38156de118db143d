/** A call of one of Google's methods, and how a handler answers it. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import type { GrafeasVersion } from '../google/grafeas-table.ts';
import type { ApiVersion } from '../google/methods.ts';
import type { Deps } from '../operations/deps.ts';

/** A call of one method, as the path, query and body say it. */
export interface GoogleCall {
  readonly caller: Caller;
  readonly version: ApiVersion;
  /** The resource or parent that the path names, without location. */
  readonly resource: string;
  readonly query: URLSearchParams;
  /** Parsed JSON; undefined for methods without a body. */
  readonly body: unknown;
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
