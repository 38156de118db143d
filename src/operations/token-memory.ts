/** Tokens that were read lately: a write that makes or revokes one raises the store's revision. */
import { findToken, type StoredToken } from '../store/token-rows.ts';
import type { Store } from '../store/store-contract.ts';
import { createRevisionMemory } from './revision-memory.ts';

/** Tokens that are remembered at once. */
const MOST = 1000;

const recall = createRevisionMemory<StoredToken>(MOST);

/** The token with that hash as {@link findToken} finds it, or as it was found at this revision. */
export function recallToken(
  store: Pick<Store, 'revision' | 'first' | 'all' | 'sql'>,
  hash: string,
): Promise<StoredToken | undefined> {
  return recall(store, hash, () => findToken(store, hash));
}
