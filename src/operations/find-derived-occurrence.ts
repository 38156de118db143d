/**
 * What a scan found, by the keys that its name carries: a look-up of the sighting, of the package
 * by its name and version, and of its match, never a walk over the image.
 */
import type { Occurrence } from '../domain/note.ts';
import type { OccurrenceName } from '../domain/resource-name.ts';
import { decodeScannedId, type PackageKey, type ScannedKey } from '../google/scanned-name.ts';
import { findNamedVersions, findSightedImage, type NamedVersion } from '../store/find-scanned.ts';
import { findScanRequest } from '../store/scan-request-rows.ts';
import { findSighting } from '../store/sighting-rows.ts';
import { awaitedSighting } from './asked-image.ts';
import { assessVulnerabilities } from './assess-vulnerabilities.ts';
import { describeVulnerabilities } from './describe-vulnerabilities.ts';
import { refreshMatches } from './current-matches.ts';
import type { Deps } from './deps.ts';
import {
  deriveAwaited,
  deriveDiscovery,
  derivePackage,
  deriveVulnerability,
  type FoundMatch,
  type FoundPackage,
} from './derive-occurrence.ts';

/** The occurrence of a name; undefined where no scan of the project finds it (any more). */
export async function findDerivedOccurrence(
  deps: Deps,
  name: OccurrenceName,
): Promise<Occurrence | undefined> {
  const key = decodeScannedId(name.occurrence);
  if (key === undefined) return undefined;
  const { digest } = key;
  const resourceUri = `${key.resource}@${digest}`;
  const at = { project: name.project, resourceUri, digest };
  if (key.package !== undefined) return findInImage(deps, { key, of: key.package, at });
  const sighting = await findSighting(deps.store, at);
  if (sighting !== undefined) return deriveDiscovery(deps, sighting);
  const request = await findScanRequest(deps.store, at);
  const awaited = request && awaitedSighting(request);
  return awaited && deriveAwaited(deps, awaited);
}

/** Names that were made before they told architectures apart mean the first. */
function isNamed(of: PackageKey, version: NamedVersion['version']): boolean {
  if (version.type !== of.type) return false;
  return of.architecture === undefined || version.architecture === of.architecture;
}

interface Wanted {
  readonly key: ScannedKey;
  readonly of: PackageKey;
  readonly at: Parameters<typeof findSightedImage>[1];
}

async function findInImage(deps: Deps, wanted: Wanted): Promise<Occurrence | undefined> {
  const { key, of, at } = wanted;
  const asked = { name: of.name, version: of.version, advisory: key.advisory ?? '' };
  // Neither look-up needs anything of the other.
  const [image, versions] = await Promise.all([
    findSightedImage(deps.store, at),
    findNamedVersions(deps.store, asked),
  ]);
  if (image === undefined) return undefined;
  const { sighting, readTime } = image;
  for (const one of versions.filter(({ version }) => isNamed(of, version))) {
    const member = image.findMember(one.packageId, of.path);
    if (member === undefined) continue;
    const found = { sighting, contents: { readTime }, member, version: one.version };
    return key.advisory === undefined
      ? derivePackage(found)
      : findMatch(deps, found, { one, asked });
  }
  return undefined;
}

async function findMatch(
  deps: Deps,
  found: FoundPackage,
  {
    one,
    asked,
  }: { readonly one: NamedVersion; readonly asked: Parameters<typeof findNamedVersions>[1] },
): Promise<Occurrence | undefined> {
  const matched = one.stale ? await matchAnew(deps, one, asked) : one.found;
  if (matched === undefined) return undefined;
  const { project } = found.sighting;
  const derived = [deriveVulnerability(found, matched)];
  const assessed = await assessVulnerabilities(deps, project, derived);
  return (await describeVulnerabilities(deps, found.sighting, assessed))[0];
}

/** The match after an import, as a list would find it. */
async function matchAnew(
  deps: Deps,
  one: NamedVersion,
  asked: Parameters<typeof findNamedVersions>[1],
): Promise<FoundMatch | undefined> {
  const { unkept } = await refreshMatches(deps, [one]);
  const fresh = unkept.get(one.packageId);
  if (fresh !== undefined) {
    const match = fresh.find(({ advisoryId }) => advisoryId === asked.advisory);
    return match && { match };
  }
  const again = await findNamedVersions(deps.store, asked);
  return again.find(({ packageId }) => packageId === one.packageId)?.found;
}
