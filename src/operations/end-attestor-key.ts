/**
 * The end of a key: revoked (it may have been stolen), retired (it was replaced), or removed. What
 * it signed before a revocation or retirement still counts, as far as we saw it before; a removed
 * key verifies nothing.
 */
import type { Attestor, AttestorKey, KeyStanding } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import { formatTime, type Micros } from '../domain/time.ts';
import { sameKeyId } from '../signing/key-id.ts';
import { keyNameOf } from '../signing/key-name.ts';
import { changeAttestor, type NamedAttestor } from './change-attestor.ts';
import type { Deps } from './deps.ts';
import { type ShownAttestor, shown } from './show-attestor.ts';

/** Which key of which attestor: its id, or what it is. */
export interface NamedKey extends NamedAttestor {
  readonly keyId: string;
}

/**
 * Revokes a key from a time on, now where none is given. It cannot be taken back, only set to an
 * earlier time; it holds wherever the attestor may be given the key again.
 */
export async function revokeAttestorKey(
  deps: Deps,
  input: NamedKey & { readonly from?: Micros },
): Promise<ShownAttestor> {
  const { from = deps.now(), ...which } = input;
  return endKey(deps, which, { end: 'revokedFrom', from });
}

/** Retires a key from now on: it verifies what was received before, and signs nothing new. */
export async function retireAttestorKey(deps: Deps, input: NamedKey): Promise<ShownAttestor> {
  return endKey(deps, input, { end: 'retiredFrom', from: deps.now() });
}

/** Removes a key; what rests on it alone is not attested any more. Its revocation is kept. */
export async function removeAttestorKey(deps: Deps, input: NamedKey): Promise<ShownAttestor> {
  const { keyId, ...which } = input;
  const after = await changeAttestor(deps, which, {
    action: 'remove-attestor-key',
    detail: { keyId },
    make: (before) => {
      const gone = findKey(before, keyId);
      return { ...before, publicKeys: before.publicKeys.filter((key) => key !== gone) };
    },
  });
  return shown(after);
}

interface End {
  readonly end: keyof KeyStanding;
  readonly from: Micros;
}

const ACTIONS = { revokedFrom: 'revoke-attestor-key', retiredFrom: 'retire-attestor-key' } as const;

async function endKey(deps: Deps, input: NamedKey, { end, from }: End): Promise<ShownAttestor> {
  const { keyId, ...which } = input;
  const after = await changeAttestor(deps, which, {
    action: ACTIONS[end],
    detail: { keyId, from: formatTime(from) },
    make: (before) => {
      const name = keyNameOf(findKey(before, keyId));
      const { standings = {} } = before;
      const known = standings[name] ?? {};
      refuseLater(name, known[end], from);
      return { ...before, standings: { ...standings, [name]: { ...known, [end]: from } } };
    },
  });
  return shown(after);
}

/** An end can only be moved back in time: whoever has the key must not be let in again. */
function refuseLater(name: string, known: Micros | undefined, from: Micros): void {
  if (known === undefined || from <= known) return;
  const message = `key ${name} ended at ${formatTime(known)} already`;
  throw new AssayError('failed-precondition', `${message}; its end can only be moved back in time`);
}

function findKey({ publicKeys, name }: Attestor, id: string): AttestorKey {
  const found = publicKeys.find((key) => sameKeyId(key, id) || keyNameOf(key) === id);
  if (found !== undefined) return found;
  const known = publicKeys.map((key) => key.id).join(', ');
  const asked = JSON.stringify(id.slice(0, 200));
  const message = `attestor ${name} has no key ${asked}; it has ${known}`;
  throw new AssayError('not-found', message);
}
