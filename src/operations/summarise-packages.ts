/** Counting the packages of an image that a project has scanned. */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { parseResourceUrl } from '../domain/resource-url.ts';
import type { SoftwarePackage } from '../domain/software-package.ts';
import { findImage } from '../store/image-rows.ts';
import { findSighting } from '../store/sighting-rows.ts';
import type { Deps } from './deps.ts';

/** How many packages an image of a project has installed; `not-found` where it was not scanned. */
export async function countPackages(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly resourceUri: string },
): Promise<number> {
  const { caller, project, resourceUri } = input;
  authorise(caller, 'containeranalysis.occurrences.list', project);
  const { uri, digest } = parseResourceUrl(resourceUri);
  const sighted =
    digest === undefined
      ? undefined
      : await findSighting(deps.store, { project, resourceUri: uri, digest });
  const image = sighted === undefined ? undefined : await findImage(deps.store, sighted.digest);
  if (image !== undefined) return image.packageSet.packages.filter(isInstalled).length;
  throw new AssayError(
    'not-found',
    `project ${project} has not scanned ${uri.slice(0, 300)}; name an image as NAME@DIGEST`,
  );
}

function isInstalled({ origin }: SoftwarePackage): boolean {
  return origin === 'installed';
}
