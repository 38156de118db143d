/** Deleting an attestor by our own API's name. */
import { type NamedAttestor, nameOfAttestor } from './change-attestor.ts';
import { deleteAttestor } from './delete-attestor.ts';
import type { Deps } from './deps.ts';

/** Deletes an attestor; throws `not-found`. Its note and its attestations stay. */
export async function endAttestor(deps: Deps, input: NamedAttestor): Promise<void> {
  await deleteAttestor(deps, { caller: input.caller, name: nameOfAttestor(input) });
}
