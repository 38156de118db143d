/** How many different keys of an attestor must have signed. */
import type { Attestor } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import { keyNameOf } from '../signing/key-name.ts';
import { changeAttestor, type NamedAttestor } from './change-attestor.ts';
import type { Deps } from './deps.ts';
import { type ShownAttestor, shown } from './show-attestor.ts';

/** Sets the threshold; refuses one that the attestor's keys cannot meet. */
export async function setAttestorThreshold(
  deps: Deps,
  input: NamedAttestor & { readonly threshold: number },
): Promise<ShownAttestor> {
  const { threshold, ...which } = input;
  const after = await changeAttestor(deps, which, {
    action: 'set-attestor-threshold',
    detail: { threshold },
    make: (before) => withThreshold(before, threshold),
  });
  return shown(after);
}

/** An attestor with a threshold; one is what an attestor without any has. */
export function withThreshold<T extends Pick<Attestor, 'publicKeys' | 'threshold'>>(
  attestor: T,
  threshold: number,
): T {
  const keys = new Set(attestor.publicKeys.map(keyNameOf)).size;
  if (threshold > Math.max(1, keys)) {
    const message = `a threshold of ${threshold} needs as many different keys; there are ${keys}`;
    throw new AssayError('failed-precondition', `${message}: add keys first`);
  }
  const { threshold: _before, ...rest } = attestor;
  return { ...rest, ...(threshold === 1 ? {} : { threshold }) } as T;
}
