/** Listing tokens, never their secrets or hashes. */
import { type Caller, authorise } from '../domain/caller.ts';
import { type StoredToken, listTokens as listRows } from '../store/token-rows.ts';
import type { Deps } from './deps.ts';

/** The tokens that the caller may manage, with role, project and end. */
export async function listTokens(
  deps: Deps,
  input: { readonly caller: Caller },
): Promise<readonly Omit<StoredToken, 'hash'>[]> {
  authorise(input.caller, 'assay.tokens.manage', input.caller.project);
  const tokens = await listRows(deps.store);
  const own = tokens.filter((token) => maySee(input.caller, token));
  return own.map(({ hash: _hash, ...shown }) => shown);
}

/** A caller that is bound to a project manages the tokens of that project only. */
function maySee(caller: Caller, token: StoredToken): boolean {
  return caller.project === undefined || caller.project === token.project;
}
