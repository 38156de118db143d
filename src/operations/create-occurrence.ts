/**
 * Creating an occurrence of a note. Attestations are stored as they are: they are verified when
 * read.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { fillFromNote } from '../google/fill-from-note.ts';
import type { Note, Occurrence } from '../domain/note.ts';
import { occurrenceName, parseNoteName } from '../domain/resource-name.ts';
import { findNote } from '../store/note-rows.ts';
import { createOccurrences } from '../store/occurrence-rows.ts';
import { audit } from './audit.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { refuseScanner } from './refuse-scanner.ts';

/** What a client says of an occurrence; name and times are ours. */
export type NewOccurrence = Omit<Occurrence, 'name' | 'createTime' | 'updateTime'>;

/**
 * Creates an occurrence; throws `not-found` without its note, `invalid-argument` for another kind.
 */
export async function createOccurrence(
  deps: Deps,
  input: { readonly caller: Caller; readonly project: string; readonly occurrence: NewOccurrence },
): Promise<Occurrence> {
  const { caller, project } = input;
  authorise(caller, 'containeranalysis.occurrences.create', project);
  const noteName = parseNoteName(input.occurrence.noteName);
  refuseScanner(project, noteName.project);
  authorise(caller, 'containeranalysis.notes.attachOccurrence', noteName.project);
  await ensureProject(deps, caller, project);
  const time = deps.now();
  const name = occurrenceName(project, deps.newId());
  return deps.store.write(async (tx) => {
    const note = requireNote(await findNote(tx, input.occurrence.noteName), input.occurrence);
    const occurrence = {
      ...fillFromNote(input.occurrence, note),
      name,
      createTime: time,
      updateTime: time,
    };
    await createOccurrences(tx, [occurrence]);
    await audit(deps, tx, { caller, project, action: 'create-occurrence', resource: name });
    return occurrence;
  });
}

function requireNote(note: Note | undefined, given: NewOccurrence): Note {
  if (note === undefined) {
    throw new AssayError('not-found', `note ${given.noteName} does not exist; create it first`);
  }
  if (note.kind === given.kind) return note;
  throw new AssayError(
    'invalid-argument',
    `note ${given.noteName} is of kind ${note.kind}, the occurrence of kind ` +
      `${given.kind}; they must agree`,
  );
}
