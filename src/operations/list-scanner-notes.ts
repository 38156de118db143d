/**
 * The scanner's notes as a list: discovery's, then those of the advisories in force by their ids.
 * Notes of packages can be read by name but are not listed: which packages there are would tell a
 * project what the images of others hold.
 */
import { type Caller, authoriseSomewhere } from '../domain/caller.ts';
import { compileFilter, type FilterPredicate } from '../domain/match-filter.ts';
import type { Note } from '../domain/note.ts';
import { filterConjuncts, type ResolvedFilter } from '../domain/resolved-filter.ts';
import { readNoteFilter } from '../google/read-filter.ts';
import { DISCOVERY_NOTE_ID, SCANNER_PROJECT, unescapeNoteId } from '../google/scanned-name.ts';
import { advisoryNote, scannedNote } from '../google/scanned-notes.ts';
import { formatPageToken, parsePageToken } from '../store/cursor.ts';
import { findAdvisory } from '../store/find-advisory.ts';
import { type AdvisoryPlace, listAdvisories } from '../store/list-advisories.ts';
import type { Deps } from './deps.ts';
import type { ListInput, NotePage } from './list-input.ts';

/** Advisories that one page examines. */
const EXAMINED = 2000;
const SHAPE = ['string', 'number'] as const;
const START: AdvisoryPlace = { id: '', number: -1 };

/** Lists a page; any viewer of any project may read it. A page may be short while more follow. */
export async function listScannerNotes(
  deps: Deps,
  input: Omit<ListInput, 'project'> & { readonly caller: Caller },
): Promise<NotePage> {
  authoriseSomewhere(input.caller, 'containeranalysis.notes.list');
  const filter = readNoteFilter(input.filter);
  const passes = compileFilter(filter);
  const wanted = noteIdOf(filter);
  if (wanted !== undefined) return oneNote(deps, wanted, passes);
  const bound = ['scanner-notes', JSON.stringify(filter)];
  const [id, number] = input.pageToken ? parsePageToken(input.pageToken, bound, SHAPE) : [];
  const after = id === undefined ? START : { id: String(id), number: Number(number) };
  const discovery = scannedNote(DISCOVERY_NOTE_ID, deps.now());
  const first = after === START && discovery !== undefined ? [discovery] : [];
  const notes = first.filter((note) => passes(note));
  const next = await fill(deps, { notes, passes, after, pageSize: input.pageSize });
  if (next === undefined) return { notes };
  return { notes, nextPageToken: formatPageToken([next.id, next.number], bound) };
}

interface OpenPage {
  readonly notes: Note[];
  readonly passes: FilterPredicate;
  readonly after: AdvisoryPlace;
  readonly pageSize: number;
}

/** Takes what passes; answers where the list goes on, if it does. */
async function fill(deps: Deps, page: OpenPage): Promise<AdvisoryPlace | undefined> {
  const { after, notes, passes, pageSize } = page;
  const { advisories, end } = await listAdvisories(deps.store, { after, limit: EXAMINED });
  for (const { place, advisory } of advisories) {
    const note = advisoryNote(advisory);
    // An advisory of two families is one note.
    if (notes.at(-1)?.name !== note.name && passes(note)) notes.push(note);
    if (notes.length >= pageSize) return place;
  }
  return end;
}

/** The one note id that a filter asks for. */
function noteIdOf(filter: ResolvedFilter): string | undefined {
  for (const part of filterConjuncts(filter)) {
    if (part.kind !== 'test' || part.test.kind !== 'compare' || part.test.operator !== '=')
      continue;
    const { place } = part;
    if (place.kind !== 'column') continue;
    if (place.column === 'noteId') return String(part.test.value);
    const prefix = `projects/${SCANNER_PROJECT}/notes/`;
    if (place.column === 'name') return String(part.test.value).replace(prefix, '');
  }
  return undefined;
}

async function oneNote(deps: Deps, noteId: string, passes: FilterPredicate): Promise<NotePage> {
  const derived = scannedNote(noteId, deps.now());
  const id = unescapeNoteId(noteId);
  const advisory =
    derived === undefined && id !== undefined ? await findAdvisory(deps.store, id) : undefined;
  const note = derived ?? (advisory && advisoryNote(advisory));
  return { notes: note !== undefined && passes(note) ? [note] : [] };
}
