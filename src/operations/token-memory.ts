/**
 * Tokens that were read lately, so that a caller with many requests costs one look-up per change of
 * the store: every write that makes or revokes a token raises the revision that they are kept for
 * (this server's own at once, those of other replicas within a second). Unknown tokens are not
 * remembered, so that strangers cannot fill the memory.
 */
import { findToken, type StoredToken } from '../store/token-rows.ts';
import type { Store } from '../store/store-contract.ts';

/** Tokens that are remembered at once. */
const MOST = 1000;

interface Remembered {
  readonly revision: number;
  readonly tokens: Map<string, StoredToken>;
}

const memories = new WeakMap<object, Remembered>();

/** The token with that hash as {@link findToken} finds it, or as it was found at this revision. */
export async function recallToken(
  store: Pick<Store, 'revision' | 'first' | 'all' | 'sql'>,
  hash: string,
): Promise<StoredToken | undefined> {
  // Before the read: what changes meanwhile makes what was read forgotten.
  const revision = store.revision();
  const memory = memoryOf(store, revision);
  const known = memory.tokens.get(hash);
  if (known !== undefined) return known;
  const found = await findToken(store, hash);
  if (found === undefined) return undefined;
  if (memory.tokens.size >= MOST) memory.tokens.clear();
  memory.tokens.set(hash, found);
  return found;
}

function memoryOf(store: object, revision: number): Remembered {
  const kept = memories.get(store);
  if (kept !== undefined && kept.revision === revision) return kept;
  const made = { revision, tokens: new Map<string, StoredToken>() };
  memories.set(store, made);
  return made;
}
