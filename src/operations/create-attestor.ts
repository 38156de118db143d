/** Creating an attestor over a note. */
import { type Caller, authorise } from '../domain/caller.ts';
import { type Attestor, type AttestorKey, isAttestationKind } from '../domain/attestor.ts';
import { attestorName, parseAttestorId } from '../domain/resource-name.ts';
import { AssayError } from '../domain/error.ts';
import { createAttestor as insertAttestor } from '../store/attestor-rows.ts';
import { findNote } from '../store/note-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { attestorEvent } from './change-events.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';
import { contentEtag } from './content-digest.ts';
import { ensureProject } from './create-project.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';

/** What a client says of an attestor. */
export interface NewAttestor {
  readonly description?: string;
  readonly noteReference: string;
  readonly publicKeys: readonly AttestorKey[];
}

/** Creates an attestor; throws `already-exists`, `not-found` without its note, `invalid-key`. */
export async function createAttestor(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly project: string;
    readonly id: string;
    readonly attestor: NewAttestor;
  },
): Promise<Attestor> {
  const { caller, project } = input;
  authorise(caller, 'binaryauthorization.attestors.create', project);
  // An attestor makes the attestations of its note speak: who may not read them may not use them.
  const permission = 'containeranalysis.notes.listOccurrences';
  await authoriseOn(deps, caller, { permission, resource: input.attestor.noteReference });
  const name = attestorName(project, parseAttestorId(input.id));
  const publicKeys = await checkAttestorKeys(input.attestor.publicKeys, {
    kept: [],
    now: deps.now(),
  });
  await ensureProject(deps, caller, project);
  const attestor = withEtag({
    ...describe(input.attestor),
    name,
    publicKeys,
    updateTime: deps.now(),
  });
  await deps.store.write(async (tx) => {
    const note = await findNote(tx, attestor.noteReference);
    if (note === undefined || !isAttestationKind(note.kind)) {
      throw wrongNote(attestor.noteReference, note?.kind);
    }
    await insertAttestor(tx, attestor);
    await audit(deps, tx, { caller, project, action: 'create-attestor', resource: name });
    await emit(deps, tx, [attestorEvent('created', attestor)]);
  });
  return attestor;
}

/** The etag of an attestor's content. */
export function withEtag(attestor: Omit<Attestor, 'etag'>): Attestor {
  return { ...attestor, etag: contentEtag(attestor) };
}

function describe({
  description,
  noteReference,
}: NewAttestor): Pick<Attestor, 'description' | 'noteReference'> {
  return { noteReference, ...(description === undefined ? {} : { description }) };
}

function wrongNote(name: string, kind: string | undefined): AssayError {
  return kind === undefined
    ? new AssayError('not-found', `note ${name} does not exist; create it first (kind ATTESTATION)`)
    : new AssayError(
        'invalid-argument',
        `note ${name} is of kind ${kind}; an attestor needs kind ATTESTATION`,
      );
}
