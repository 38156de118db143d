/** Reading one occurrence: a row, or what a scan found, by the keys in its name. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Occurrence } from '../domain/note.ts';
import { parseOccurrenceName } from '../domain/resource-name.ts';
import { isScannedId } from '../google/scanned-name.ts';
import { findOccurrence } from '../store/occurrence-rows.ts';
import { authoriseOn } from './authorise-on.ts';
import type { Deps } from './deps.ts';
import { findDerivedOccurrence } from './find-derived-occurrence.ts';
import { createRevisionMemory } from './revision-memory.ts';

/** Occurrences that are remembered at once: some 16 MB. */
const MOST = 4096;

/**
 * A discovery tells of the moment: how a scan goes, how long a system is supported. An assessment
 * lasts no longer than the signature of its document.
 */
const recall = createRevisionMemory<Occurrence>(
  MOST,
  ({ kind, detail }) => kind !== 'DISCOVERY' && detail['vexAssessment'] === undefined,
);

/** The occurrence of a name, the same value while nothing has changed; throws `not-found`. */
export async function getOccurrence(
  deps: Deps,
  input: { readonly caller: Caller; readonly name: string },
): Promise<Occurrence> {
  const name = parseOccurrenceName(input.name);
  const permission = 'containeranalysis.occurrences.get';
  await authoriseOn(deps, input.caller, { permission, resource: input.name });
  const found = await recall(deps.store, input.name, () =>
    isScannedId(name.occurrence)
      ? findDerivedOccurrence(deps, name)
      : findOccurrence(deps.store, input.name),
  );
  if (found !== undefined) return found;
  throw new AssayError('not-found', `occurrence ${input.name} does not exist`);
}
