/**
 * Puts beside the vulnerabilities of an image what is known of them now and is no part of a match:
 * layers, base image and exploitation. For those who list and get; who is notified of changes is
 * not told of these.
 */
import type { Occurrence } from '../domain/note.ts';
import { type VulnerabilityFacts, withFacts } from '../google/vulnerability-facts.ts';
import { baseChains, findLayer } from '../image/base-image.ts';
import { findLayeredPackages } from '../store/image-layers.ts';
import type { Sighting } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';
import type { DerivedOccurrence } from './derive-occurrence.ts';
import { describeLayers, withExploitSignals } from './describe-findings.ts';

/** The occurrences of one sighted image, its vulnerabilities with what is known of them. */
export async function describeVulnerabilities(
  { store }: Pick<Deps, 'store'>,
  { digest, project }: Pick<Sighting, 'digest' | 'project'>,
  derived: readonly DerivedOccurrence[],
): Promise<readonly Occurrence[]> {
  const found = derived.flatMap(({ finding }) => finding ?? []);
  if (found.length === 0) return derived.map(({ occurrence }) => occurrence);
  const image = await findLayeredPackages(store, digest);
  const { layers, base } = image ? await describeLayers(store, image, project) : NO_LAYERS;
  const chains = image?.origins === undefined ? [] : baseChains(image.origins);
  const signals = await withExploitSignals(store, found);
  const bySource = new Map(found.map((finding, at) => [finding, signals[at] ?? finding]));
  const layerFacts = (packageId: number, path: string): VulnerabilityFacts => {
    const layer = findLayer(layers, image?.layerOf(packageId, path));
    const chainId = chains[layer?.index ?? -1];
    return { ...(layer && { layer }), ...(chainId && { chainId }), ...(base && { base }) };
  };
  return derived.map(({ occurrence, finding, packageId = 0 }) => {
    if (finding === undefined) return occurrence;
    const { kev, epss } = bySource.get(finding) ?? finding;
    const known = { ...(kev && { kev }), ...(epss && { epss }) };
    return withFacts(occurrence, { ...known, ...layerFacts(packageId, finding.package.path) });
  });
}

const NO_LAYERS = { layers: [], base: undefined } as const;
