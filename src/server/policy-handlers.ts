/** Binary Authorization's methods on a project's policy and on the system's. */
import { policyFromJson, policyToJson } from '../google/policy-message.ts';
import { getPolicy } from '../operations/get-policy.ts';
import { getSystemPolicy } from '../operations/get-system-policy.ts';
import { setPolicy } from '../operations/set-policy.ts';
import { type GoogleHandler, projectOf } from './google-call.ts';

/** Handlers of the policy. */
export const POLICY_HANDLERS = {
  GetPolicy: async (deps, { caller, resource }) =>
    policyToJson(await getPolicy(deps, { caller, project: projectOf(resource) })),
  GetSystemPolicy: async (deps, { caller, resource }) => {
    const [, location = ''] = resource.split('/');
    return policyToJson(await getSystemPolicy(deps, { caller, location }));
  },
  UpdatePolicy: async (deps, { caller, resource, request }) => {
    const input = {
      caller,
      project: projectOf(resource),
      ...policyFromJson(request['policy'], resource),
    };
    return policyToJson(
      await setPolicy(deps, { ...input, source: JSON.stringify(request['policy']) }),
    );
  },
} as const satisfies Record<string, GoogleHandler>;
