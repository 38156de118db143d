/** The attestor that attestations are judged by, or why it can judge none. */
import { type Attestor, isAttestationKind } from '../domain/attestor.ts';
import type { AttestationEvidence } from '../domain/verdict.ts';
import { findAttestor } from '../store/attestor-rows.ts';
import { findNote } from '../store/note-rows.ts';
import type { Deps } from './deps.ts';

/** An attestor with keys and a note, or the state of one that is not so. */
export type JudgingAttestor =
  | { readonly attestor: Attestor }
  | {
      readonly attestor?: undefined;
      readonly state: Exclude<AttestationEvidence['state'], 'known' | 'unreadable'>;
    };

/** Finds an attestor and tells whether it can judge. */
export async function findJudgingAttestor(
  { store }: Pick<Deps, 'store'>,
  name: string,
): Promise<JudgingAttestor> {
  const attestor = await findAttestor(store, name);
  if (attestor === undefined) return { state: 'missing' };
  const note = await findNote(store, attestor.noteReference);
  // A note that was deleted takes its attestations with it, though they stay listed.
  if (note === undefined || !isAttestationKind(note.kind)) return { state: 'no-note' };
  return attestor.publicKeys.length === 0 ? { state: 'no-keys' } : { attestor };
}

/** How many keys evidence of an attestor must be of, where it is more than one. */
export function thresholdOf({ threshold }: Attestor): { readonly threshold?: number } {
  return threshold === undefined ? {} : { threshold };
}
