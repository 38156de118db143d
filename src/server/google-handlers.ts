/** One handler per method of Google's APIs: wire to domain, an operation, domain to wire. */
import { AssayError } from '../domain/error.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MethodName } from '../google/method-permissions.ts';
import { type ApiMethod, isServed } from '../google/methods.ts';
import type { Deps } from '../operations/deps.ts';
import { ARTIFACT_REGISTRY_HANDLERS } from './artifact-registry-handlers.ts';
import { ATTESTOR_HANDLERS } from './attestor-handlers.ts';
import type { GoogleCall, GoogleHandler } from './google-call.ts';
import { IAM_HANDLERS } from './iam-handlers.ts';
import { NOTE_HANDLERS } from './note-handlers.ts';
import { OCCURRENCE_HANDLERS } from './occurrence-handlers.ts';
import { POLICY_HANDLERS } from './policy-handlers.ts';
import { SERVICE_USAGE_HANDLERS } from './service-usage-handlers.ts';

/** Every handler by method name; the type asks for one for each method that is served. */
const GOOGLE_HANDLERS: Readonly<Record<MethodName, GoogleHandler>> = {
  ...NOTE_HANDLERS,
  ...OCCURRENCE_HANDLERS,
  ...ATTESTOR_HANDLERS,
  ...POLICY_HANDLERS,
  ...IAM_HANDLERS,
  ...ARTIFACT_REGISTRY_HANDLERS,
  ...SERVICE_USAGE_HANDLERS,
};

/**
 * Answers a call of a method by its handler. Refuses a method that is not served as `unsupported`,
 * before anything of the request is read.
 */
export async function answerGoogleCall(
  deps: Deps,
  method: ApiMethod,
  read: () => Omit<GoogleCall, 'method'>,
): Promise<JsonObject> {
  if (isServed(method)) return GOOGLE_HANDLERS[method.name](deps, { ...read(), method });
  const message = `${method.id} is not supported by this release; it is left for a later one`;
  throw new AssayError('unsupported', message);
}
