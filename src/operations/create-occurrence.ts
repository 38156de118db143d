/**
 * Creating occurrences of notes, one or many at once. Attestations are stored as they are: they are
 * verified when read.
 */
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { fillFromNote } from '../google/fill-from-note.ts';
import type { Note, Occurrence } from '../domain/note.ts';
import { occurrenceName, parseNoteName } from '../domain/resource-name.ts';
import { type FieldPath, readAt } from '../google/read-message.ts';
import { findNotes } from '../store/note-rows.ts';
import { findProject } from '../store/project-rows.ts';
import { createOccurrences as insertOccurrences } from '../store/occurrence-rows.ts';
import type { Reader } from '../store/store-contract.ts';
import { type AuditedChange, audit } from './audit.ts';
import { refusalOn } from './authorise-on.ts';
import { occurrenceEvent } from './change-events.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';
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
  const { occurrence, ...whose } = input;
  const change = (names: readonly string[]): Change => ({
    action: 'create-occurrence',
    resource: names.join(),
  });
  const [made] = await insert(deps, { ...whose, items: [{ given: occurrence }], change });
  if (made !== undefined) return made;
  throw new AssayError('internal', 'an occurrence was created and is not there');
}

/**
 * Creates occurrences, all or none, as {@link createOccurrence} creates one. An error begins with
 * the place of the first that is wrong, e.g. `occurrences[3]`; one entry of the audit trail names
 * them all.
 */
export function createOccurrences(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly project: string;
    readonly occurrences: readonly NewOccurrence[];
  },
): Promise<readonly Occurrence[]> {
  const { occurrences, ...whose } = input;
  const items = occurrences.map((given, index) => ({ given, place: ['occurrences', index] }));
  const change = (names: readonly string[]): Change => ({
    action: 'create-occurrences',
    resource: `projects/${input.project}`,
    detail: { names },
  });
  return insert(deps, { ...whose, items, change });
}

/** An occurrence's note; throws `not-found` without it, `invalid-argument` for another kind. */
export function requireNote(note: Note | undefined, given: NewOccurrence): Note {
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

type Change = Pick<AuditedChange, 'action' | 'resource' | 'detail'>;

interface Item {
  readonly given: NewOccurrence;
  /** Where it stands in the request, for errors; absent where it is the request. */
  readonly place?: FieldPath;
}

interface Batch {
  readonly caller: Caller;
  readonly project: string;
  readonly items: readonly Item[];
  /** How the audit trail tells what was made. */
  readonly change: (names: readonly string[]) => Change;
}

async function insert(deps: Deps, batch: Batch): Promise<readonly Occurrence[]> {
  const { caller, project, items } = batch;
  authorise(caller, 'containeranalysis.occurrences.create', project);
  await checkAttach(deps, batch);
  await prepareProject(deps, batch);
  const time = deps.now();
  return deps.store.write(async (tx) => {
    const made = (await fillIn(tx, items)).map((filled) => ({
      ...filled,
      name: occurrenceName(project, deps.newId()),
      createTime: time,
      updateTime: time,
    }));
    await insertOccurrences(tx, made);
    const change = batch.change(made.map(({ name }) => name));
    await audit(deps, tx, { caller, project, ...change });
    const events = made.map((one) => occurrenceEvent('created', one));
    await emit(deps, tx, events);
    return made;
  });
}

/** What an occurrence says is said under its note: each note is asked for once. */
async function checkAttach(deps: Deps, { caller, project, items }: Batch): Promise<void> {
  const allowed = new Set<string>();
  for (const item of items) {
    const { noteName: resource } = item.given;
    inItem(item, () => refuseScanner(project, parseNoteName(resource).project));
    if (allowed.has(resource)) continue;
    const permission = 'containeranalysis.notes.attachOccurrence';
    const refused = await refusalOn(deps.store, caller, { permission, resource });
    inItem(item, () => {
      if (refused !== undefined) throw refused;
    });
    allowed.add(resource);
  }
}

/** Makes the project of an admin's first write, unless an item is wrong: then nothing changes. */
async function prepareProject(deps: Deps, { caller, project, items }: Batch): Promise<void> {
  if ((await findProject(deps.store, project)) === undefined) await fillIn(deps.store, items);
  await ensureProject(deps, caller, project);
}

async function fillIn(db: Reader, items: readonly Item[]): Promise<readonly NewOccurrence[]> {
  const notes = await findNotes(
    db,
    items.map(({ given }) => given.noteName),
  );
  return items.map((item) =>
    inItem(item, () =>
      fillFromNote(item.given, requireNote(notes.get(item.given.noteName), item.given)),
    ),
  );
}

function inItem<T>({ place }: Item, read: () => T): T {
  return place === undefined ? read() : readAt(place, read);
}
