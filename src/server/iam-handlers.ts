/** google.iam.v1's methods on policies, attestors, notes and occurrences, whatever service asks. */
import {
  checkGetIamPolicy,
  heldPermissionsToJson,
  iamPolicyToJson,
  setIamPolicyFromJson,
  testIamPermissionsFromJson,
} from '../google/iam-message.ts';
import { getIamPolicy } from '../operations/get-iam-policy.ts';
import { setIamPolicy } from '../operations/set-iam-policy.ts';
import { testIamPermissions } from '../operations/test-iam-permissions.ts';
import type { GoogleHandler } from './google-call.ts';

/** Handlers of IAM policies. */
export const IAM_HANDLERS = {
  GetIamPolicy: async (deps, { caller, resource, request }) => {
    checkGetIamPolicy(request);
    return iamPolicyToJson(await getIamPolicy(deps, { caller, resource }));
  },
  SetIamPolicy: async (deps, { caller, resource, request }) => {
    const input = { caller, resource, ...setIamPolicyFromJson(request) };
    return iamPolicyToJson(await setIamPolicy(deps, input));
  },
  TestIamPermissions: async (deps, { caller, resource, request }) => {
    const permissions = testIamPermissionsFromJson(request);
    return heldPermissionsToJson(await testIamPermissions(deps, { caller, resource, permissions }));
  },
} as const satisfies Record<string, GoogleHandler>;
