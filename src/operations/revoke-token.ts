/** Revoking a token: from the answer on it opens nothing. */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { deleteToken, findTokenById } from '../store/token-rows.ts';
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';

/** Revokes the token of an id; throws `not-found`, also for tokens of projects out of reach. */
export async function revokeToken(
  deps: Deps,
  input: { readonly caller: Caller; readonly id: string },
): Promise<{ readonly id: string }> {
  const { caller, id } = input;
  const manages = authoriseSomewhere(caller, 'assay.tokens.manage');
  await deps.store.write(async (tx) => {
    // By its id and not by the list, which others could have filled up.
    const token = await findTokenById(tx, id);
    if (token === undefined || !manages(token.project) || !(await deleteToken(tx, id))) {
      throw new AssayError('not-found', `token ${id} does not exist`);
    }
    await audit(deps, tx, { caller, action: 'revoke-token', resource: `tokens/${id}` });
  });
  return { id };
}
