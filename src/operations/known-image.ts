/** Whether an image needs no scan: a project has seen it, and it was read as it is read today. */
import type { Digest } from '../domain/digest.ts';
import { EXTRACTOR_VERSION } from '../scanner/extract/extractor-version.ts';
import { findImageState } from '../store/image-rows.ts';
import { findSighting } from '../store/sighting-rows.ts';
import type { Reader } from '../store/store-contract.ts';

/** Tells so; an index is known when it was seen, since its images were scanned with it. */
export async function isKnownImage(
  db: Reader,
  key: { readonly project: string; readonly resourceUri: string; readonly digest: Digest },
): Promise<boolean> {
  if ((await findSighting(db, key)) === undefined) return false;
  const state = await findImageState(db, key.digest);
  if (state === undefined) return false;
  if (state.kind === 'index') return true;
  return state.status !== 'INCOMPLETE' && state.extractorVersion === EXTRACTOR_VERSION;
}
