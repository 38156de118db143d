/** Deleting an occurrence that a client wrote. */
import type { Caller } from '../domain/caller.ts';
import { parseIamResource } from '../domain/iam-policy.ts';
import { parseOccurrenceName } from '../domain/resource-name.ts';
import { deleteIamPolicy } from '../store/iam-policy-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { deleteOccurrence as deleteRow, findOccurrence } from '../store/occurrence-rows.ts';
import { occurrenceEvent } from './change-events.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';
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
    const occurrence = await findOccurrence(tx, input.name);
    await deleteRow(tx, input.name);
    await deleteIamPolicy(tx, parseIamResource(input.name));
    await audit(deps, tx, {
      caller: input.caller,
      project: name.project,
      action: 'delete-occurrence',
      resource: input.name,
    });
    if (occurrence === undefined) return;
    await emit(deps, tx, [occurrenceEvent('deleted', occurrence)]);
  });
}
