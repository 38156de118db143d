/** Keys, identities and a trust root as people give them, made what verifiers of sigstore take. */
import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { predicateTypeOf } from '../signing/in-toto-statement.ts';
import { type CertificateIdentity, checkIdentity } from '../signing/signer-identity.ts';
import { parseSigstoreRoot } from '../signing/sigstore-root.ts';
import type { SigstoreSigner, SigstoreTrust } from '../signing/sigstore-trust.ts';
import { type KeyText, readKeyText } from './add-attestor-keys.ts';
import { checkAttestorKeys } from './check-attestor-keys.ts';

/** Whom to believe, and what a signature must have besides. */
export interface GivenSigners {
  readonly keys?: readonly KeyText[];
  readonly identities?: readonly CertificateIdentity[];
  /** The bytes of a `trusted_root.json`. */
  readonly trustRoot?: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of attestations: a short name of a predicate, or its URI; absent: signatures of the image. */
  readonly type?: string;
}

/** One trust for each key, and one for all identities; throws for what cannot be read. */
export async function readSigners(
  { keys = [], identities = [], ...input }: GivenSigners,
  now: Micros,
): Promise<readonly SigstoreTrust[]> {
  const given = await checkAttestorKeys(keys.flatMap(readKeyText), { kept: [], now });
  for (const identity of identities) checkIdentity(identity);
  const signers: readonly SigstoreSigner[] = [
    ...given.map((key) => ({ kind: 'key', key }) as const),
    ...(identities.length > 0 ? [{ kind: 'certificate', identities } as const] : []),
  ];
  const { trustRoot, annotations, type } = input;
  const root = trustRoot === undefined ? {} : { root: parseSigstoreRoot(trustRoot) };
  if (identities.length > 0 && trustRoot === undefined) {
    const wanted = 'give --trust-root FILE, a trusted_root.json';
    throw new AssayError('invalid-argument', `no trust root to judge certificates by; ${wanted}`);
  }
  return signers.map((by) => ({
    by,
    ...root,
    ...(annotations === undefined ? {} : { annotations }),
    ...(type === undefined ? {} : { predicateType: predicateTypeOf(type) }),
  }));
}
