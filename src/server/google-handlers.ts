/** One handler per method of Google's APIs: wire to domain, an operation, domain to wire. */
import type { MethodName } from '../google/methods.ts';
import { ATTESTOR_HANDLERS } from './attestor-handlers.ts';
import type { GoogleHandler } from './google-call.ts';
import { NOTE_HANDLERS } from './note-handlers.ts';
import { OCCURRENCE_HANDLERS } from './occurrence-handlers.ts';
import { POLICY_HANDLERS } from './policy-handlers.ts';

/** Every handler by method name; the type asks for one for each method that is served. */
export const GOOGLE_HANDLERS: Readonly<Record<MethodName, GoogleHandler>> = {
  ...NOTE_HANDLERS,
  ...OCCURRENCE_HANDLERS,
  ...ATTESTOR_HANDLERS,
  ...POLICY_HANDLERS,
};
