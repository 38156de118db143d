/**
 * An import of a whole family, step by step: each a transaction that others can write between. Only
 * the publication is flushed to the disk, and with it what it makes visible; a power cut before it
 * leaves the family as it was.
 */
import {
  type AdvisoryImport,
  addRecords,
  openImport,
  removeUncarried,
} from './advisory-import-rows.ts';
import { removeLeftovers, removeOvertaken } from './advisory-leftovers.ts';
import type { PreparedAdvisory } from './prepared-advisory.ts';
import type { Store, Tx } from './store-contract.ts';
import { chunksOf } from './stored-json.ts';

/** Advisories written per transaction. */
const BATCH = 500;

/** Begins an import of a family, and removes what broken ones left. */
export async function beginAdvisoryImport(
  store: Store,
  begun: Parameters<typeof openImport>[1],
): Promise<AdvisoryImport> {
  const open = await store.write((tx) => openImport(tx, begun), 'with-next');
  await removeLeftovers(store);
  return open;
}

/** Adds advisories to an import; nobody sees them yet. */
export async function addAdvisories(
  store: Store,
  open: AdvisoryImport,
  advisories: readonly PreparedAdvisory[],
): Promise<void> {
  for (const some of chunksOf(advisories, BATCH)) {
    await store.write((tx) => addRecords(tx, open, some), 'with-next');
  }
}

/**
 * Takes away what the family had and the import does not carry, and has `publish` make both visible
 * in one transaction.
 */
export async function publishAdvisoryImport(
  store: Store,
  open: AdvisoryImport,
  publish: (tx: Tx) => Promise<void>,
): Promise<void> {
  let after: number | undefined = 0;
  while (after !== undefined) {
    const from: number = after;
    after = await store.write((tx) => removeUncarried(tx, open, from), 'with-next');
  }
  await store.write(publish);
  await removeUnseen(store, open);
}

/** To be called after a publication: removes what nobody sees any more. */
export async function removeUnseen(store: Store, open: AdvisoryImport): Promise<void> {
  await removeOvertaken(store, open.generation);
  await removeLeftovers(store);
}
