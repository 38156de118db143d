/** Listing tokens, never their secrets or hashes. */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import { type StoredToken, listTokens as listRows } from '../store/token-rows.ts';
import type { Deps } from './deps.ts';

/** The tokens that the caller may manage, with role, project and end. */
export async function listTokens(
  deps: Deps,
  input: { readonly caller: Caller },
): Promise<readonly Omit<StoredToken, 'hash'>[]> {
  const manages = authoriseSomewhere(input.caller, 'assay.tokens.manage');
  const tokens = await listRows(deps.store);
  const own = tokens.filter(({ project }) => manages(project));
  return own.map(({ hash: _hash, ...shown }) => shown);
}
