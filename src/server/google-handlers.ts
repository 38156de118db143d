/** One handler per method of Google's APIs: wire to domain, an operation, domain to wire. */
import type { Caller } from '../domain/caller.ts';
import type { JsonObject } from '../domain/json.ts';
import type { ApiVersion, MethodName } from '../google/methods.ts';
import type { Deps } from '../operations/deps.ts';
import { ATTESTOR_HANDLERS } from './attestor-handlers.ts';
import { NOTE_HANDLERS } from './note-handlers.ts';
import { OCCURRENCE_HANDLERS } from './occurrence-handlers.ts';
import { POLICY_HANDLERS } from './policy-handlers.ts';

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

/** Every handler by method name; the type asks for one for each method that is served. */
export const GOOGLE_HANDLERS: Readonly<Record<MethodName, GoogleHandler>> = {
  ...NOTE_HANDLERS,
  ...OCCURRENCE_HANDLERS,
  ...ATTESTOR_HANDLERS,
  ...POLICY_HANDLERS,
};
