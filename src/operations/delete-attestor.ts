/** Deleting an attestor. Rules that still require it deny from then on. */
import type { Caller } from '../domain/caller.ts';
import { parseIamResource } from '../domain/iam-policy.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import { deleteAttestor as deleteRow } from '../store/attestor-rows.ts';
import { deleteIamPolicy } from '../store/iam-policy-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { attestorEvent } from './change-events.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';

/** Deletes the attestor of a name; throws `not-found`. */
export async function deleteAttestor(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<void> {
  const name = parseAttestorName(input.name);
  const permission = 'binaryauthorization.attestors.delete';
  await authoriseOn(deps, input.caller, { permission, resource: input.name });
  await deps.store.write(async (tx) => {
    await deleteRow(tx, input.name);
    await deleteIamPolicy(tx, parseIamResource(input.name));
    await audit(deps, tx, {
      caller: input.caller,
      project: name.project,
      action: 'delete-attestor',
      resource: input.name,
    });
    await emit(deps, tx, [attestorEvent('deleted', input)]);
  });
}
