/** Attestors as our own API shows them: which keys, what each is, and since when it counts not. */
import type { Attestor, AttestorKey, KeyStanding } from '../domain/attestor.ts';
import type { Caller } from '../domain/caller.ts';
import { keyNameOf } from '../signing/key-name.ts';
import { type NamedAttestor, nameOfAttestor } from './change-attestor.ts';
import type { Deps } from './deps.ts';
import { getAttestor } from './get-attestor.ts';
import { listAttestors } from './list-attestors.ts';

/** A key of an attestor. */
export interface ShownKey extends KeyStanding {
  /** As attestations name it. */
  readonly id: string;
  /** By what it is: fingerprint, or digest of the DER key. */
  readonly name: string;
  readonly kind: 'pgp' | 'pkix';
  /** Of a PKIX key. */
  readonly algorithm?: string;
  /** PEM, or PGP armor. */
  readonly publicKey: string;
  readonly comment?: string;
}

/** An attestor. */
export interface ShownAttestor {
  readonly name: string;
  readonly description?: string;
  readonly noteReference: string;
  readonly threshold: number;
  readonly keys: readonly ShownKey[];
  /** Keys that were revoked or retired and are no keys of it any more, by what they are. */
  readonly gone: readonly ({ readonly name: string } & KeyStanding)[];
  readonly updateTime: number;
  readonly etag: string;
}

const MAX_SHOWN = 1000;

/** Shows one attestor; throws `not-found`. */
export async function showAttestor(deps: Deps, input: NamedAttestor): Promise<ShownAttestor> {
  const { caller } = input;
  return shown(await getAttestor(deps, { caller, name: nameOfAttestor(input) }));
}

/** Shows a project's attestors by id, a thousand at most. */
export async function showAttestors(
  deps: Deps,
  { caller, project }: { readonly caller: Caller; readonly project: string },
): Promise<readonly ShownAttestor[]> {
  const page = await listAttestors(deps, { caller, project, pageSize: MAX_SHOWN });
  return page.attestors.map(shown);
}

/** An attestor in our own API's form. */
export function shown(attestor: Attestor): ShownAttestor {
  const { publicKeys, standings = {}, threshold = 1, ...rest } = attestor;
  const keys = publicKeys.map((key) => showKey(key, standings));
  const gone = Object.entries(standings)
    .filter(([name]) => !keys.some((key) => key.name === name))
    .map(([name, standing]) => ({ name, ...standing }));
  return { ...rest, threshold, keys, gone };
}

function showKey(key: AttestorKey, standings: Readonly<Record<string, KeyStanding>>): ShownKey {
  const { id, comment, pkixPublicKey: pkix } = key;
  const name = keyNameOf(key);
  return {
    id,
    name,
    kind: pkix === undefined ? 'pgp' : 'pkix',
    publicKey: pkix?.publicKeyPem ?? key.asciiArmoredPgpPublicKey ?? '',
    ...(pkix === undefined ? {} : { algorithm: pkix.signatureAlgorithm }),
    ...(comment === undefined ? {} : { comment }),
    ...(Object.hasOwn(standings, name) ? standings[name] : {}),
  };
}
