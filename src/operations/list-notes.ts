/** Listing a project's notes, oldest first. */
import { authorise } from '../domain/caller.ts';
import { readNoteFilter } from '../google/read-filter.ts';
import { SCANNER_PROJECT } from '../google/scanned-name.ts';
import { listNotes as listRows } from '../store/note-rows.ts';
import { requireProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import type { ListInput, NotePage } from './list-input.ts';
import { listScannerNotes } from './list-scanner-notes.ts';

/** Lists notes that pass a filter. */
export async function listNotes(deps: Deps, input: ListInput): Promise<NotePage> {
  const { caller, project, pageSize, pageToken } = input;
  if (project === SCANNER_PROJECT) return listScannerNotes(deps, input);
  authorise(caller, 'containeranalysis.notes.list', project);
  const filter = readNoteFilter(input.filter);
  await requireProject(deps, project);
  return listRows(deps.store, { project, filter, pageSize, pageToken });
}
