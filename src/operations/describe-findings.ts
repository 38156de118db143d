/**
 * What a finding shows beside its match: whether it is known to be exploited, or likely to be, and
 * the layer that brought its package in. Joined when it is asked for, so that a new catalog or base
 * image counts at once and matches stay as they are.
 */
import { cvesOf } from '../domain/cve.ts';
import type { ExploitSignals } from '../domain/exploit-signal.ts';
import type { BaseImage, ImageLayer } from '../domain/image-layer.ts';
import type { Finding } from '../domain/scan-result.ts';
import { baseChains, chooseBase, findLayer, showLayers } from '../image/base-image.ts';
import { findChainedImages } from '../store/base-rows.ts';
import { findExploitSignals } from '../store/exploit-rows.ts';
import type { StoredImage } from '../store/image-rows.ts';
import type { Reader } from '../store/store-contract.ts';

/** The layers of an image, and which image it was built on. */
export interface DescribedLayers {
  readonly layers: readonly ImageLayer[];
  readonly base?: BaseImage;
}

/** Describes an image's layers; its base is looked for among what the project has sighted. */
export async function describeLayers(
  db: Reader,
  { digest, layers, origins }: Pick<StoredImage, 'digest' | 'layers' | 'origins'>,
  project: string,
): Promise<DescribedLayers> {
  if (origins === undefined) return { layers: showLayers(layers, undefined, undefined) };
  const found = await findChainedImages(db, project, baseChains(origins));
  const base = chooseBase(
    origins,
    found.filter((one) => one.digest !== digest),
  );
  return { layers: showLayers(layers, origins, base), ...(base !== undefined && { base }) };
}

/** Findings with the layers of their packages. */
export function withLayers(
  findings: readonly Finding[],
  layers: readonly ImageLayer[],
): readonly Finding[] {
  return findings.map((finding) => {
    const layer = findLayer(layers, finding.package.layer);
    return layer === undefined ? finding : { ...finding, layer };
  });
}

/** Findings with what the feeds of exploitation say of their CVEs. */
export async function withExploitSignals(
  db: Reader,
  findings: readonly Finding[],
): Promise<readonly Finding[]> {
  const named = findings.map((finding) => ({
    finding,
    cves: cvesOf(finding.advisoryId, finding.aliases),
  }));
  const found = await findExploitSignals(
    db,
    named.flatMap(({ cves }) => cves),
  );
  if (found.size === 0) return findings;
  return named.map(({ finding, cves }) => ({ ...finding, ...worst(cves, found) }));
}

/** Of an advisory that gathers several CVEs, the first in the catalog and the likeliest. */
function worst(
  cves: readonly string[],
  found: ReadonlyMap<string, ExploitSignals>,
): ExploitSignals {
  const said = cves.flatMap((cve) => found.get(cve) ?? []);
  const [kev] = said
    .flatMap((one) => one.kev ?? [])
    .toSorted((a, b) => (a.dateAdded < b.dateAdded ? -1 : 1));
  const [epss] = said.flatMap((one) => one.epss ?? []).toSorted((a, b) => b.score - a.score);
  return { ...(kev !== undefined && { kev }), ...(epss !== undefined && { epss }) };
}
