/** Deleting an attestor. Rules that still require it deny from then on. */
import { type Caller, authorise } from '../domain/caller.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import { deleteAttestor as deleteRow } from '../store/attestor-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';

/** Deletes the attestor of a name; throws `not-found`. */
export async function deleteAttestor(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<void> {
  const name = parseAttestorName(input.name);
  authorise(input.caller, 'binaryauthorization.attestors.delete', name.project);
  await deps.store.write(async (tx) => {
    await deleteRow(tx, input.name);
    await audit(deps, tx, {
      caller: input.caller,
      project: name.project,
      action: 'delete-attestor',
      resource: input.name,
    });
  });
}
