/** Creating an attestor with its keys, and its note where there is none: the one-time set-up. */
import { type Caller, authorise } from '../domain/caller.ts';
import { noteName } from '../domain/resource-name.ts';
import { findNote } from '../store/note-rows.ts';
import { type KeyText, readKeyText } from './add-attestor-keys.ts';
import { createAttestor } from './create-attestor.ts';
import { createNote } from './create-note.ts';
import type { Deps } from './deps.ts';
import { setAttestorThreshold } from './set-attestor-threshold.ts';
import { type ShownAttestor, shown } from './show-attestor.ts';

/** What is to be created. */
export interface StartAttestorInput {
  readonly caller: Caller;
  readonly project: string;
  /** Id of the attestor. */
  readonly name: string;
  readonly description?: string;
  /** `projects/P/notes/N`; absent: a note of the attestor's id in its project, made if missing. */
  readonly note?: string;
  readonly keys?: readonly KeyText[];
  readonly threshold?: number;
}

/** Creates an attestor; throws `already-exists`, `invalid-key`, `not-found` for a named note. */
export async function startAttestor(deps: Deps, input: StartAttestorInput): Promise<ShownAttestor> {
  const { caller, project, name, threshold = 1, keys = [] } = input;
  authorise(caller, 'binaryauthorization.attestors.create', project);
  const publicKeys = keys.flatMap(readKeyText);
  const noteReference = input.note ?? (await ownNote(deps, input));
  const { description } = input;
  const attestor = await createAttestor(deps, {
    caller,
    project,
    id: name,
    attestor: { noteReference, publicKeys, ...(description === undefined ? {} : { description }) },
  });
  if (threshold === 1) return shown(attestor);
  return setAttestorThreshold(deps, { caller, project, name, threshold });
}

async function ownNote(deps: Deps, input: StartAttestorInput): Promise<string> {
  const { caller, project, name } = input;
  const reference = noteName(project, name);
  if ((await findNote(deps.store, reference)) !== undefined) return reference;
  const detail = { hint: { humanReadableName: name } };
  await createNote(deps, { caller, project, id: name, note: { kind: 'ATTESTATION', detail } });
  return reference;
}
