/** Revoking a token: from the answer on it opens nothing. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { deleteToken } from '../store/token-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { listTokens } from './list-tokens.ts';

/** Revokes the token of an id; throws `not-found`, also for tokens of projects out of reach. */
export async function revokeToken(
  deps: Deps,
  input: { readonly caller: Caller; readonly id: string },
): Promise<{ readonly id: string }> {
  const { caller, id } = input;
  const own = await listTokens(deps, { caller });
  const known = own.some((token) => token.id === id);
  await deps.store.write(async (tx) => {
    if (!known || !(await deleteToken(tx, id))) {
      throw new AssayError('not-found', `token ${id} does not exist`);
    }
    await audit(deps, tx, { caller, action: 'revoke-token', resource: `tokens/${id}` });
  });
  return { id };
}
