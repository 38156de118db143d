/** Reading one occurrence: a row, or what a scan found, by the keys in its name. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Occurrence } from '../domain/note.ts';
import { type OccurrenceName, parseOccurrenceName } from '../domain/resource-name.ts';
import { decodeScannedId } from '../google/scanned-name.ts';
import { findSighting } from '../store/sighting-rows.ts';
import { findOccurrence } from '../store/occurrence-rows.ts';
import { authoriseOn } from './authorise-on.ts';
import type { Deps } from './deps.ts';
import { derive } from './list-derived-occurrences.ts';

/** The occurrence of a name; throws `not-found`. */
export async function getOccurrence(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<Occurrence> {
  const name = parseOccurrenceName(input.name);
  const permission = 'containeranalysis.occurrences.get';
  await authoriseOn(deps, input.caller, { permission, resource: input.name });
  const found = (await findOccurrence(deps.store, input.name)) ?? (await findDerived(deps, name));
  if (found !== undefined) return found;
  throw new AssayError('not-found', `occurrence ${input.name} does not exist`);
}

async function findDerived(deps: Deps, name: OccurrenceName): Promise<Occurrence | undefined> {
  const key = decodeScannedId(name.occurrence);
  if (key === undefined) return undefined;
  const resourceUri = `${key.resource}@${key.digest}`;
  const sighting = await findSighting(deps.store, {
    project: name.project,
    resourceUri,
    digest: key.digest,
  });
  if (sighting === undefined) return undefined;
  const wanted = `projects/${name.project}/occurrences/${name.occurrence}`;
  return (await derive(deps, sighting, name)).find((one) => one.name === wanted);
}
