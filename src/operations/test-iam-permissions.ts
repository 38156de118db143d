/** Which of some permissions a caller has on a resource: anybody may ask about themselves. */
import type { Caller } from '../domain/caller.ts';
import { parseIamResource } from '../domain/iam-policy.ts';
import { PERMISSIONS, type Permission } from '../domain/role.ts';
import { isAllowedOn } from './authorise-on.ts';
import type { Deps } from './deps.ts';
import { hasIamResource } from './iam-resource.ts';

/**
 * Those of the permissions that the caller has; none where the resource does not exist, as Google
 * answers. Permissions that are not known here are held by nobody.
 */
export async function testIamPermissions(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly resource: string;
    readonly permissions: readonly string[];
  },
): Promise<readonly Permission[]> {
  const of = parseIamResource(input.resource);
  if (!(await hasIamResource(deps.store, of))) return [];
  const held: Permission[] = [];
  for (const permission of new Set(input.permissions.filter(isPermission))) {
    const asked = { permission, resource: of.name };
    if (await isAllowedOn(deps.store, input.caller, asked)) held.push(permission);
  }
  return held;
}

function isPermission(text: string): text is Permission {
  return Object.hasOwn(PERMISSIONS, text);
}
