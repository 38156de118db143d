/** What lists of one project are asked for, and a page of notes. */
import type { Caller } from '../domain/caller.ts';
import type { Note } from '../domain/note.ts';

/** Which page of which list. */
export interface ListInput {
  readonly caller: Caller;
  readonly project: string;
  readonly filter: string;
  readonly pageSize: number;
  readonly pageToken?: string;
}

/** A page of notes. */
export interface NotePage {
  readonly notes: readonly Note[];
  readonly nextPageToken?: string;
}
