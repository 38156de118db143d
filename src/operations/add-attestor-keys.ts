/** Adding keys to an attestor, by their text: PGP armor, PEM, or a JWK set. */
import type { AttestorKey } from '../domain/attestor.ts';
import { AssayError } from '../domain/error.ts';
import { readKeySet } from '../signing/read-key-set.ts';
import { usualAlgorithm } from '../signing/usual-algorithm.ts';
import { findAttestor } from '../store/attestor-rows.ts';
import { authoriseOn } from './authorise-on.ts';
import { changeAttestor, type NamedAttestor, nameOfAttestor } from './change-attestor.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';
import type { Deps } from './deps.ts';
import { type ShownAttestor, shown } from './show-attestor.ts';

/** A key as a person gives it. */
export interface KeyText {
  /** Armored PGP public key, PEM `PUBLIC KEY`, or a JWK set (JSON). */
  readonly text: string;
  /** Of a PEM key, in Binary Authorization's words; absent: the one that openssl takes for it. */
  readonly algorithm?: string;
  readonly comment?: string;
}

/** Adds keys to the others; throws `invalid-key` for what is weak, there already, or revoked. */
export async function addAttestorKeys(
  deps: Deps,
  input: NamedAttestor & { readonly keys: readonly KeyText[] },
): Promise<ShownAttestor> {
  const { keys, ...which } = input;
  const resource = nameOfAttestor(which);
  const permission = 'binaryauthorization.attestors.update';
  await authoriseOn(deps, which.caller, { permission, resource });
  const given = keys.flatMap(readKeyText);
  const known = await findAttestor(deps.store, resource);
  const checked = await checkAttestorKeys([...(known?.publicKeys ?? []), ...given], {
    kept: known?.publicKeys ?? [],
    standings: known?.standings ?? {},
    now: deps.now(),
  });
  const added = checked.slice(known?.publicKeys.length ?? 0);
  const after = await changeAttestor(deps, which, {
    action: 'add-attestor-keys',
    detail: { keyIds: added.map(({ id }) => id).join(', ') },
    make: (before) => {
      if (before.etag === known?.etag) return { ...before, publicKeys: checked };
      throw new AssayError('aborted', `attestor ${before.name} changed meanwhile; try again`);
    },
  });
  return shown(after);
}

/** The keys of a text. */
export function readKeyText({ text, algorithm, comment }: KeyText): readonly AttestorKey[] {
  const said = comment === undefined ? {} : { comment };
  if (text.includes('BEGIN PGP')) {
    refuseAlgorithm(algorithm, 'a PGP key');
    return [{ id: '', asciiArmoredPgpPublicKey: text, ...said }];
  }
  if (text.trimStart().startsWith('{')) {
    refuseAlgorithm(algorithm, 'a JWK set');
    return readKeySet(text, 'the JWK set').map((key) => ({ ...key, ...said }));
  }
  const signatureAlgorithm = algorithm ?? usualAlgorithm(text);
  return [{ id: '', pkixPublicKey: { publicKeyPem: text, signatureAlgorithm }, ...said }];
}

function refuseAlgorithm(algorithm: string | undefined, what: string): void {
  if (algorithm === undefined) return;
  throw new AssayError('invalid-argument', `${what} names its algorithm itself; leave it out`);
}
