/** Reading an attestor. */
import type { Caller } from '../domain/caller.ts';
import type { Attestor } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import { findAttestor } from '../store/attestor-rows.ts';
import { authoriseOn } from './authorise-on.ts';
import type { Deps } from './deps.ts';

/** The attestor of a name; throws `not-found`. */
export async function getAttestor(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<Attestor> {
  parseAttestorName(input.name);
  const permission = 'binaryauthorization.attestors.get';
  await authoriseOn(deps, input.caller, { permission, resource: input.name });
  const attestor = await findAttestor(deps.store, input.name);
  if (attestor !== undefined) return attestor;
  throw new AssayError(
    'not-found',
    `attestor ${input.name} does not exist; create it, or check the name`,
  );
}
