/** Keys, identities and a trust root as people give them, made what verifiers of sigstore take. */
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { predicateTypeOf } from '../signing/in-toto-statement.ts';
import { type CertificateIdentity, checkIdentity } from '../signing/signer-identity.ts';
import { parseSigstoreRoot } from '../signing/sigstore-root.ts';
import type { SigstoreSigner, SigstoreTrust } from '../signing/sigstore-trust.ts';
import { type KeyText, readKeyText } from './add-attestor-keys.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';
import type { ShownAttestor, ShownKey } from './show-attestor.ts';

/** Whom to believe, and what a signature must have besides. */
export interface GivenSigners {
  readonly keys?: readonly KeyText[];
  readonly identities?: readonly CertificateIdentity[];
  /** The bytes of a `trusted_root.json`. */
  readonly trustRoot?: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of attestations: a short name of a predicate, or its URI; absent: signatures of the image. */
  readonly type?: string;
  /** Whose keys are believed as well, while they stand. */
  readonly attestors?: readonly ShownAttestor[];
}

/** One trust for each key, and one for all identities; throws for what cannot be read. */
export async function readSigners(
  given: GivenSigners,
  now: Micros,
): Promise<readonly SigstoreTrust[]> {
  const { annotations, type, attestors = [] } = given;
  const stated = {
    ...readRoot(given),
    ...(annotations === undefined ? {} : { annotations }),
    ...(type === undefined ? {} : { predicateType: predicateTypeOf(type) }),
  };
  const theirs = attestors.flatMap(({ keys }) => keys.flatMap(keyTrust));
  const own = (await namedSigners(given, now)).map((by) => ({ by }));
  return [...own, ...theirs].map((one) => ({ ...one, ...stated }));
}

async function namedSigners(
  { keys = [], identities = [] }: GivenSigners,
  now: Micros,
): Promise<readonly SigstoreSigner[]> {
  const given = await checkAttestorKeys(keys.flatMap(readKeyText), { kept: [], now });
  for (const identity of identities) checkIdentity(identity);
  return [
    ...given.map((key) => ({ kind: 'key', key }) as const),
    ...(identities.length > 0 ? [{ kind: 'certificate', identities } as const] : []),
  ];
}

function readRoot({ identities = [], trustRoot }: GivenSigners): Pick<SigstoreTrust, 'root'> {
  if (trustRoot !== undefined) return { root: parseSigstoreRoot(trustRoot) };
  if (identities.length === 0) return {};
  const wanted = 'give --trust-root FILE, a trusted_root.json';
  throw new AssayError('invalid-argument', `no trust root to judge certificates by; ${wanted}`);
}

/** Attestors by the names of their keys, as proofs name signers. */
export function holdersOf(attestors: readonly ShownAttestor[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    attestors.flatMap(({ name, keys }) => keys.map((key) => [key.name, name] as const)),
  );
}

/** What a PKIX key of an attestor is worth; nobody signs in sigstore's forms by PGP. */
function keyTrust(key: ShownKey): readonly Pick<SigstoreTrust, 'by' | 'standings'>[] {
  const { id, name, algorithm, publicKey, revokedFrom, retiredFrom } = key;
  if (algorithm === undefined) return [];
  const pkixPublicKey = { publicKeyPem: publicKey, signatureAlgorithm: algorithm };
  const standing = {
    ...(revokedFrom === undefined ? {} : { revokedFrom }),
    ...(retiredFrom === undefined ? {} : { retiredFrom }),
  };
  return [{ by: { kind: 'key', key: { id, pkixPublicKey } }, standings: { [name]: standing } }];
}
