/** The scan of an image as the store knows it: nothing is read from anywhere else. */
import type { Digest } from '../domain/digest.ts';
import type { ScanResult } from '../domain/scan-result.ts';
import { findImage } from '../store/image-rows.ts';
import { assembleScanResult } from './assemble-scan-result.ts';
import type { Deps } from './deps.ts';
import { matchPackages } from './match-packages.ts';

/**
 * The answer for a known image, matched with today's advisories; undefined where it was not read.
 */
export async function loadScan(
  deps: Deps,
  image: { readonly reference: string; readonly digest: Digest },
): Promise<ScanResult | undefined> {
  const known = await findImage(deps.store, image.digest);
  if (known === undefined) return undefined;
  return assembleScanResult({
    reference: image.reference,
    image: known,
    matched: await matchPackages(deps, known.packageSet.packages),
    now: deps.now(),
    maxAdvisoryAge: Number.MAX_SAFE_INTEGER,
    layersRead: 0,
  });
}
