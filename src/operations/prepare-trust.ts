/**
 * Authorities of a policy of trust, made what verifiers take: once for each kept revision, however
 * many images are judged by it. What cannot be read is refused when the policy is set.
 */
import { decodeBase64 } from '../domain/base64.ts';
import { AssayError, isAssayError } from '../domain/error.ts';
import type {
  CosignAuthority,
  NotaryAuthority,
  NotationAuthority,
  TrustAuthority,
} from '../domain/image-trust-policy.ts';
import type { Micros } from '../domain/time.ts';
import { bareKeyOf } from '../signing/notary-keys.ts';
import { readRoot } from '../signing/notary-root.ts';
import { type NotationPolicy, parseNotationPolicies } from '../signing/notation-policy.ts';
import { type NotationTrustStores, readTrustStoreFile } from '../signing/notation-trust-store.ts';
import type { SigstoreTrust } from '../signing/sigstore-trust.ts';
import { refuseSigner } from './ask-signed-tag.ts';
import { readSigners } from './sigstore-signers.ts';
import type { AskedAuthority } from './trust-question.ts';

/** An authority whose keys and roots have been read. */
export type PreparedTrust =
  | { readonly kind: 'cosign'; readonly trusts: readonly SigstoreTrust[] }
  | {
      readonly kind: 'notation';
      readonly policies: readonly NotationPolicy[];
      readonly stores: NotationTrustStores;
    }
  | NotaryAuthority;

const PREPARED = new WeakMap<AskedAuthority, Promise<PreparedTrust>>();

/** Reads an authority, or remembers it; throws for keys, roots and policies that are none. */
export function prepareTrust(authority: AskedAuthority, now: Micros): Promise<PreparedTrust> {
  const known = PREPARED.get(authority) ?? prepare(authority, now);
  PREPARED.set(authority, known);
  return known;
}

/** Reads all authorities; refuses with `invalid-policy` the first that cannot be read. */
export async function checkAuthorities(
  authorities: readonly TrustAuthority[],
  now: Micros,
): Promise<void> {
  for (const authority of authorities) {
    if (authority.kind === 'attestor') continue;
    try {
      await prepareTrust(authority, now);
    } catch (cause) {
      if (!isAssayError(cause)) throw cause;
      const message = `an authority of kind ${authority.kind}: ${cause.message}`;
      throw new AssayError('invalid-policy', message, { cause });
    }
  }
}

async function prepare(authority: AskedAuthority, now: Micros): Promise<PreparedTrust> {
  if (authority.kind === 'cosign') return prepareCosign(authority, now);
  if (authority.kind === 'notation') return prepareNotation(authority);
  return checkNotary(authority);
}

async function prepareCosign(authority: CosignAuthority, now: Micros): Promise<PreparedTrust> {
  const { keys, identities, trustRoot, annotations, predicateType: type } = authority;
  const given = {
    keys,
    identities,
    ...(trustRoot === undefined ? {} : { trustRoot: jsonBytes(trustRoot) }),
    ...(annotations === undefined ? {} : { annotations }),
    ...(type === undefined ? {} : { type }),
  };
  return { kind: 'cosign', trusts: await readSigners(given, now) };
}

function prepareNotation({ policy, trustStores }: NotationAuthority): PreparedTrust {
  const policies = parseNotationPolicies(jsonBytes(policy));
  const named = new Set(
    policies.flatMap((one) => one.trustStores.map(({ kind, name }) => `${kind}:${name}`)),
  );
  const missing = [...named].find((name) => !Object.hasOwn(trustStores, name));
  if (missing !== undefined) {
    const wanted = 'its certificates under that name in trustStores';
    throw new AssayError('invalid-policy', `the trust store ${missing} is missing; give ${wanted}`);
  }
  const stores = Object.entries(trustStores).map(([name, texts]) => {
    const read = texts.flatMap((text) => readTrustStoreFile(Buffer.from(text), `store ${name}`));
    return [name, read] as const;
  });
  return { kind: 'notation', policies, stores: new Map(stores) };
}

function checkNotary(authority: NotaryAuthority): PreparedTrust {
  for (const { name, key } of authority.signers) {
    refuseSigner(name);
    bareKeyOf(key);
  }
  for (const [gun, root] of Object.entries(authority.roots ?? {}))
    readRoot(decodeBase64(root), gun);
  return authority;
}

function jsonBytes(value: object): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
