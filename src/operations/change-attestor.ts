/** Changing one part of an attestor by our own API: authorised, audited, told, with a new etag. */
import type { Caller } from '../domain/caller.ts';
import type { Attestor } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import { attestorName, parseAttestorId } from '../domain/resource-name.ts';
import { findAttestor, updateAttestor as replaceAttestor } from '../store/attestor-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { attestorEvent } from './change-events.ts';
import { withEtag } from './create-attestor.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';

/** Which attestor, as our own API names it. */
export interface NamedAttestor {
  readonly caller: Caller;
  readonly project: string;
  /** Its id, without project. */
  readonly name: string;
}

/** What is done, and for the audit trail what it is called. */
export interface AttestorChange {
  readonly action: string;
  readonly detail: Readonly<Record<string, string | number>>;
  readonly make: (before: Attestor) => Omit<Attestor, 'etag' | 'updateTime'>;
}

/** Resource name of an attestor of our own API. */
export function nameOfAttestor({ project, name }: Omit<NamedAttestor, 'caller'>): string {
  return attestorName(project, parseAttestorId(name));
}

/** Changes an attestor; throws `not-found`, and whatever the change throws. */
export async function changeAttestor(
  deps: Deps,
  input: NamedAttestor,
  { action, detail, make }: AttestorChange,
): Promise<Attestor> {
  const { caller, project } = input;
  const resource = nameOfAttestor(input);
  const permission = 'binaryauthorization.attestors.update';
  await authoriseOn(deps, caller, { permission, resource });
  return deps.store.write(async (tx) => {
    const before = await findAttestor(tx, resource);
    if (before === undefined) {
      throw new AssayError('not-found', `attestor ${resource} does not exist; create it first`);
    }
    const { etag: _etag, ...made } = { etag: '', ...make(before), updateTime: deps.now() };
    const after = withEtag(made);
    await replaceAttestor(tx, after);
    await audit(deps, tx, { caller, project, action, resource, detail });
    await emit(deps, tx, [attestorEvent('updated', after)]);
    return after;
  });
}
