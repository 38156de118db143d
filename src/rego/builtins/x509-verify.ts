/**
 * Chains of certificates, verified as Go's `x509.Verify` does: names as bytes, signatures, times,
 * authorities and the length of paths, critical extensions and extended usages. Constraints of
 * names are not applied; whoever has some certifies nothing here.
 */
import { X509Certificate } from 'node:crypto';
import { BuiltinFailure } from '../model/builtin.ts';
import type { BuiltinContext } from '../model/builtin.ts';
import type { Certificate } from './x509-certificate.ts';
import { unhandledCritical } from './x509-extensions.ts';

/** What a leaf must be good for. */
export interface VerifyOptions {
  readonly dnsName: string;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** Extended usages as Go counts them, any of which will do. */
  readonly usages: readonly number[];
}

/** Go's own default: a server's certificate. */
export const SERVER_USAGE = 1;
const ANY_USAGE = 0;
/** Checks of signatures in one call, as many as Go makes. */
const MAX_CHECKS = 100;
const STEPS_PER_CHECK = 3000;
/** Digests that are broken (MD2, MD5, SHA-1): a signature over one proves nothing. */
const BROKEN = new Set([0, 1, 2, 3, 7, 9]);
const MAY_SIGN_CERTIFICATES = 32;
const NAME_CONSTRAINTS = '2.5.29.30';

/** The chain from the last certificate to the first; undefined where there is none. */
export function verifyChain(
  list: readonly Certificate[],
  options: VerifyOptions,
  context: BuiltinContext,
): readonly Certificate[] | undefined {
  const [root, leaf] = [list[0], list.at(-1)];
  if (!root || !leaf || list.length < 2) return undefined;
  const search = new ChainSearch({ root, others: list.slice(1, -1), time: options.time }, context);
  if (!search.isUsable(leaf) || !isForName(leaf, options.dnsName)) return undefined;
  const chain = leaf.der.equals(root.der) ? [leaf] : search.extend([leaf]);
  return chain && hasUsage(chain, options.usages) ? chain : undefined;
}

interface Pool {
  readonly root: Certificate;
  readonly others: readonly Certificate[];
  readonly time: bigint;
}

class ChainSearch {
  readonly #pool: Pool;
  readonly #context: BuiltinContext;
  #checks = 0;

  constructor(pool: Pool, context: BuiltinContext) {
    this.#pool = pool;
    this.#context = context;
  }

  /** A chain that goes on from its last certificate up to the root. */
  extend(chain: readonly Certificate[]): readonly Certificate[] | undefined {
    const { root, others } = this.#pool;
    if (this.#signs(root, chain)) return [...chain, root];
    for (const parent of others) {
      const isNew = !chain.some(({ der }) => der.equals(parent.der));
      if (!isNew || !isAuthority(parent) || !this.#signs(parent, chain)) continue;
      const found = this.extend([...chain, parent]);
      if (found) return found;
    }
    return undefined;
  }

  /** Times and critical extensions. */
  isUsable({ notBefore, notAfter, extensions }: Certificate): boolean {
    const now = Number(this.#pool.time / 1_000_000n);
    const isCurrent = Date.parse(notBefore) <= now && now <= Date.parse(notAfter);
    return isCurrent && unhandledCritical(extensions).length === 0;
  }

  #signs(parent: Certificate, chain: readonly Certificate[]): boolean {
    const child = chain.at(-1) as Certificate;
    if (!parent.subject.whole.equals(child.issuer.whole) || !maySign(parent)) return false;
    const { hasConstraints, maxPathLength } = parent.usage;
    if (hasConstraints && maxPathLength >= 0 && chain.length - 1 > maxPathLength) return false;
    if (!this.isUsable(parent) || BROKEN.has(child.signatureAlgorithm)) return false;
    return this.#isSignature(child, parent);
  }

  #isSignature(child: Certificate, parent: Certificate): boolean {
    this.#checks += 1;
    if (this.#checks > MAX_CHECKS)
      throw new BuiltinFailure('x509: signature check attempts limit reached');
    this.#context.charge(STEPS_PER_CHECK);
    try {
      return readX509(child).verify(readX509(parent).publicKey);
    } catch {
      return false;
    }
  }
}

function readX509({ der }: Certificate): X509Certificate {
  return new X509Certificate(der);
}

function isAuthority({ usage }: Certificate): boolean {
  return usage.hasConstraints && usage.isAuthority;
}

function maySign({ version, usage, extensions }: Certificate): boolean {
  const { hasConstraints, isAuthority: isCa, keyUsage } = usage;
  const isNoAuthority = hasConstraints ? !isCa : version === 3;
  const mayNot = keyUsage !== 0 && (keyUsage & MAY_SIGN_CERTIFICATES) === 0;
  return !isNoAuthority && !mayNot && !extensions.some(({ id }) => id === NAME_CONSTRAINTS);
}

function isForName(leaf: Certificate, name: string): boolean {
  if (name === '') return true;
  const address = /^\[(.*)\]$/.exec(name)?.[1] ?? name;
  const certificate = readX509(leaf);
  const found = /^[\d.]+$|:/.test(address)
    ? certificate.checkIP(address)
    : certificate.checkHost(name, { subject: 'never', partialWildcards: false });
  return found !== undefined;
}

/** Each certificate of a chain that names usages narrows those of the certificates below it. */
function hasUsage(chain: readonly Certificate[], usages: readonly number[]): boolean {
  if (usages.includes(ANY_USAGE)) return true;
  return usages.some((wanted) => chain.every(({ usage }) => allows(usage, wanted)));
}

function allows({ extended, unknown }: Certificate['usage'], wanted: number): boolean {
  if (extended.length + unknown.length === 0) return true;
  return extended.includes(wanted) || extended.includes(ANY_USAGE);
}
