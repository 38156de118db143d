/** Binary Authorization's methods on the project's policy. */
import { policyFromJson, policyToJson } from '../google/policy-message.ts';
import { getPolicy } from '../operations/get-policy.ts';
import { setPolicy } from '../operations/set-policy.ts';
import { type GoogleHandler, projectOf } from './google-call.ts';

/** Handlers of the policy. */
export const POLICY_HANDLERS = {
  GetPolicy: async (deps, { caller, resource }) =>
    policyToJson(await getPolicy(deps, { caller, project: projectOf(resource) })),
  UpdatePolicy: async (deps, { caller, resource, body }) => {
    const input = { caller, project: projectOf(resource), ...policyFromJson(body, resource) };
    return policyToJson(await setPolicy(deps, { ...input, source: JSON.stringify(body) }));
  },
} as const satisfies Record<string, GoogleHandler>;
