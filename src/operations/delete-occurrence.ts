/** Deleting an occurrence that a client wrote. */
import type { Caller } from '../domain/caller.ts';
import { parseIamResource } from '../domain/iam-policy.ts';
import { parseOccurrenceName } from '../domain/resource-name.ts';
import { deleteIamPolicy } from '../store/iam-policy-rows.ts';
import { deleteOccurrence as deleteRow } from '../store/occurrence-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import type { Deps } from './deps.ts';
import { refuseScanned } from './refuse-scanner.ts';

/**
 * Deletes the occurrence of a name; throws `not-found`. A deleted attestation opens nothing more.
 */
export async function deleteOccurrence(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<void> {
  const name = parseOccurrenceName(input.name);
  const permission = 'containeranalysis.occurrences.delete';
  await authoriseOn(deps, input.caller, { permission, resource: input.name });
  refuseScanned(name);
  await deps.store.write(async (tx) => {
    await deleteRow(tx, input.name);
    await deleteIamPolicy(tx, parseIamResource(input.name));
    await audit(deps, tx, {
      caller: input.caller,
      project: name.project,
      action: 'delete-occurrence',
      resource: input.name,
    });
  });
}
