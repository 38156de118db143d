/** Revoking a token: from the answer on it opens nothing. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { deleteToken } from '../store/token-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';

/** Revokes the token of an id; throws `not-found`. */
export async function revokeToken(
  deps: Deps,
  input: { readonly caller: Caller; readonly id: string },
): Promise<{ readonly id: string }> {
  const { caller, id } = input;
  authorise(caller, 'assay.tokens.manage', undefined);
  await deps.store.write(async (tx) => {
    if (!(await deleteToken(tx, id)))
      throw new AssayError('not-found', `token ${id} does not exist`);
    await audit(deps, tx, { caller, action: 'revoke-token', resource: `tokens/${id}` });
  });
  return { id };
}
