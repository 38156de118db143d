/** Grafeas' methods on notes. */
import type { Note } from '../domain/note.ts';
import { batchNotesFromJson } from '../google/batch-message.ts';
import { listToJson, readCreateId, readListQuery, readUpdateMask } from '../google/list-message.ts';
import { type NoteBody, noteFromJson, noteToJson } from '../google/note-message.ts';
import { patchNote } from '../google/patch-note.ts';
import { createNote, createNotes } from '../operations/create-note.ts';
import { deleteNote } from '../operations/delete-note.ts';
import { getNote } from '../operations/get-note.ts';
import { listNoteOccurrences } from '../operations/list-note-occurrences.ts';
import { listNotes } from '../operations/list-notes.ts';
import { updateNote } from '../operations/update-note.ts';
import { type GoogleHandler, grafeasVersion, projectOf, withoutParent } from './google-call.ts';
import { occurrencePage } from './occurrence-page.ts';

/** Handlers of notes. */
export const NOTE_HANDLERS = {
  CreateNote: async (deps, { caller, version, resource, request }) => {
    const wire = grafeasVersion(version);
    const note = noteFromJson(wire, request['note']);
    const id = readCreateId(request, 'noteId');
    return noteToJson(
      wire,
      await createNote(deps, { caller, project: projectOf(resource), id, note }),
    );
  },
  BatchCreateNotes: async (deps, { caller, version, resource, request }) => {
    const wire = grafeasVersion(version);
    const notes = batchNotesFromJson(wire, withoutParent(request));
    const made = await createNotes(deps, { caller, project: projectOf(resource), notes });
    return { notes: made.map((note) => noteToJson(wire, note)) };
  },
  GetNote: async (deps, { caller, version, resource }) =>
    noteToJson(grafeasVersion(version), await getNote(deps, { caller, name: resource })),
  ListNotes: async (deps, { caller, version, resource, request }) => {
    const wire = grafeasVersion(version);
    const page = await listNotes(deps, {
      caller,
      project: projectOf(resource),
      ...readListQuery(request),
    });
    return listToJson(
      'notes',
      page.notes.map((note) => noteToJson(wire, note)),
      page.nextPageToken,
    );
  },
  UpdateNote: async (deps, { caller, version, resource, request }) => {
    const wire = grafeasVersion(version);
    const mask = readUpdateMask(request);
    const patch = (note: Note): NoteBody => patchNote(wire, note, { body: request['note'], mask });
    return noteToJson(wire, await updateNote(deps, { caller, name: resource, patch }));
  },
  DeleteNote: async (deps, { caller, resource }) => {
    await deleteNote(deps, { caller, name: resource });
    return {};
  },
  ListNoteOccurrences: async (deps, { caller, version, resource, request }) =>
    occurrencePage(
      version,
      await listNoteOccurrences(deps, { caller, name: resource, ...readListQuery(request) }),
    ),
} as const satisfies Record<string, GoogleHandler>;
