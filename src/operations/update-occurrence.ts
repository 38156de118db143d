/** Changing an occurrence that a client wrote; its resource, note and kind never change. */
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Occurrence } from '../domain/note.ts';
import { parseOccurrenceName } from '../domain/resource-name.ts';
import { fillFromNote } from '../google/fill-from-note.ts';
import { findNote } from '../store/note-rows.ts';
import { findOccurrence, updateOccurrence as replaceOccurrence } from '../store/occurrence-rows.ts';
import type { Tx } from '../store/store-contract.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { occurrenceEvent } from './change-events.ts';
import { type NewOccurrence, requireNote } from './create-occurrence.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';
import { refuseScanned } from './refuse-scanner.ts';

/**
 * Updates an occurrence to what `patch` makes of it, filled in from its note. Throws `not-found`
 * without the occurrence or its note, and `permission-denied` also where the caller may not attach
 * occurrences to that note: what an occurrence says is said under it.
 */
export async function updateOccurrence(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly name: string;
    readonly patch: (occurrence: Occurrence) => NewOccurrence;
  },
): Promise<Occurrence> {
  const { caller, name } = input;
  const parsed = parseOccurrenceName(name);
  const { project } = parsed;
  const update = { permission: 'containeranalysis.occurrences.update', resource: name } as const;
  await authoriseOn(deps, caller, update);
  refuseScanned(parsed);
  return deps.store.write(async (tx) => {
    const before = await requireOccurrence(tx, name);
    const { noteName, createTime } = before;
    const permission = 'containeranalysis.notes.attachOccurrence';
    await authoriseOn({ store: tx }, caller, { permission, resource: noteName });
    const said = input.patch(before);
    const filled = fillFromNote(said, requireNote(await findNote(tx, noteName), said));
    const after = { ...filled, noteName, name, createTime, updateTime: deps.now() };
    await replaceOccurrence(tx, after);
    await audit(deps, tx, { caller, project, action: 'update-occurrence', resource: name });
    await emit(deps, tx, [occurrenceEvent('updated', after)]);
    return after;
  });
}

async function requireOccurrence(tx: Tx, name: string): Promise<Occurrence> {
  const found = await findOccurrence(tx, name);
  if (found !== undefined) return found;
  throw new AssayError('not-found', `occurrence ${name} does not exist; check project and id`);
}
