/** Listing tokens, never their secrets or hashes. */
import { type Caller, authorise } from '../domain/caller.ts';
import { type StoredToken, listTokens as listRows } from '../store/token-rows.ts';
import type { Deps } from './deps.ts';

/** Every token with its role, project and end. */
export async function listTokens(
  deps: Deps,
  input: { readonly caller: Caller },
): Promise<readonly Omit<StoredToken, 'hash'>[]> {
  authorise(input.caller, 'assay.tokens.manage', undefined);
  const tokens = await listRows(deps.store);
  return tokens.map(({ hash: _hash, ...shown }) => shown);
}
