/** Replacing an attestor: description and keys. Its note never changes. */
import type { Caller } from '../domain/caller.ts';
import type { Attestor } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import { parseAttestorName } from '../domain/resource-name.ts';
import { findAttestor, updateAttestor as replaceAttestor } from '../store/attestor-rows.ts';
import { audit } from './audit.ts';
import { authoriseOn } from './authorise-on.ts';
import { attestorEvent } from './change-events.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';
import { type NewAttestor, withEtag } from './create-attestor.ts';
import type { Deps } from './deps.ts';
import { emit } from './emit.ts';

/**
 * Updates an attestor; throws `aborted` for a stale etag. A removed key verifies nothing any more.
 */
export async function updateAttestor(
  deps: Deps,
  input: {
    readonly caller: Caller;
    readonly name: string;
    readonly attestor: NewAttestor & { readonly etag?: string };
  },
): Promise<Attestor> {
  const { caller, attestor: given } = input;
  const name = parseAttestorName(input.name);
  const permission = 'binaryauthorization.attestors.update';
  await authoriseOn(deps, caller, { permission, resource: input.name });
  const known = await findAttestor(deps.store, input.name);
  const { publicKeys: kept = [], standings = {} } = known ?? {};
  const rules = { kept, standings, now: deps.now() };
  const publicKeys = await checkAttestorKeys(given.publicKeys, rules);
  return deps.store.write(async (tx) => {
    const before = await findAttestor(tx, input.name);
    if (before === undefined)
      throw new AssayError('not-found', `attestor ${input.name} does not exist`);
    refuseChange(before, given);
    const { description, noteReference } = given;
    const attestor = withEtag({
      name: before.name,
      noteReference,
      publicKeys,
      ...ownFields(before),
      updateTime: deps.now(),
      ...(description === undefined ? {} : { description }),
    });
    await replaceAttestor(tx, attestor, given.etag);
    await audit(deps, tx, {
      caller,
      project: name.project,
      action: 'update-attestor',
      resource: input.name,
    });
    await emit(deps, tx, [attestorEvent('updated', attestor)]);
    return attestor;
  });
}

/** What Google's messages have no field for stays as it is, whatever keys they send. */
function ownFields({ threshold, standings }: Attestor): Pick<Attestor, 'threshold' | 'standings'> {
  return {
    ...(threshold === undefined ? {} : { threshold }),
    ...(standings === undefined ? {} : { standings }),
  };
}

function refuseChange(before: Attestor, given: NewAttestor): void {
  if (given.noteReference === before.noteReference) return;
  throw new AssayError(
    'invalid-argument',
    `attestor ${before.name} has the note ${before.noteReference}, which cannot change ` +
      `to ${given.noteReference}`,
  );
}
