/**
 * Registries inside our own network. Whoever may have an image scanned chooses which host this
 * server calls; those who are not admins must not reach what only the server can.
 */
import { isIP } from 'node:net';
import { AssayError } from '../domain/error.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import { placeOfAddress } from './inner-address.ts';
import { registryOrigin } from './registry-address.ts';
import { resolveHost } from './resolve-host.ts';

/** What is allowed, and how hosts are looked up. */
export interface InnerRegistryRule {
  /** `HOST` or `HOST:PORT` as references write them. */
  readonly allowed: readonly string[];
  /** Default: the system's resolver. */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>;
}

/**
 * Throws `permission-denied` where a reference's registry is, or any address of it is, of this
 * machine or a private network. A host that does not resolve passes: calling it will fail.
 */
export async function refuseInnerRegistry(
  { domain }: ImageReference,
  rule: InnerRegistryRule,
): Promise<void> {
  const { hostname, host } = registryOrigin(domain, {});
  const name = hostname.replace(/^\[|\]$/g, '');
  const allowed = new Set(rule.allowed.map((one) => one.toLowerCase()));
  if ([domain.toLowerCase(), host, hostname, name].some((one) => allowed.has(one))) return;
  const addressesOf = rule.addressesOf ?? resolveHost;
  const addresses = isIP(name) === 0 ? await addressesOf(name) : [name];
  if (!addresses.some(isInner)) return;
  throw new AssayError(
    'permission-denied',
    `registry ${domain} is within this server's own network; only an admin of all projects may ` +
      `have images of it scanned, unless the server is started with --allow-registry ${domain}`,
  );
}

/**
 * Throws `registry-refused` where a registry's answer (a redirect, a token realm) sends us to
 * another host that is within our own network, unless the registry is there itself; a link-local
 * address is refused to all.
 */
export async function refuseInwardTarget(
  target: URL,
  from: URL,
  addressesOf: (host: string) => Promise<readonly string[]> = resolveHost,
): Promise<void> {
  if (target.host === from.host) return;
  const places = (await addressesFor(target, addressesOf)).map(placeOfAddress);
  if (places.every((place) => place === 'public')) return;
  const own = (await addressesFor(from, addressesOf)).some(isInner);
  if (own && !places.includes('forbidden')) return;
  throw new AssayError(
    'registry-refused',
    `registry ${from.host} sends us to ${target.host}, which is within this server's own ` +
      'network, where answers of registries are not followed',
  );
}

async function addressesFor(
  { hostname }: URL,
  addressesOf: (host: string) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const name = hostname.replace(/^\[|\]$/g, '');
  return isIP(name) === 0 ? addressesOf(name) : [name];
}

function isInner(address: string): boolean {
  return placeOfAddress(address) !== 'public';
}
