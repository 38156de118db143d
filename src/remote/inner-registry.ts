/**
 * Registries inside our own network. Whoever may have an image scanned chooses which host this
 * server calls; those who are not admins must not reach what only the server can.
 */
import { isIP } from 'node:net';
import { AssayError } from '../domain/error.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import { isNamedPlace, readAllowedPlaces } from './destination-guard.ts';
import { isListed, placeOfAddress } from './inner-address.ts';
import { registryOrigin } from './registry-address.ts';
import { resolveHost } from './resolve-host.ts';

/** What is allowed, and how hosts are looked up. */
export interface InnerRegistryRule {
  /** `HOST`, `HOST:PORT` as references write them, an address, or a range such as `10.0.0.0/8`. */
  readonly allowed: readonly string[];
  /** Registries that are read somewhere else, where an operator said. */
  readonly mirrors?: ReadonlyMap<string, URL>;
  /** Default: the system's resolver. */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>;
  /** Told of hosts that passed as hosts of the world, which they must stay. */
  readonly keepOutward?: (host: string) => void;
}

/** The flag that allows registries within our own network. */
export const ALLOW_REGISTRY = '--allow-registry';

/**
 * Throws `permission-denied` where a reference's registry is, or any address of it is, of this
 * machine or a private network. A host that does not resolve passes: calling it will fail.
 */
export async function refuseInnerRegistry(
  { domain }: ImageReference,
  rule: InnerRegistryRule,
): Promise<void> {
  if (rule.mirrors?.has(domain) === true) return;
  const url = registryOrigin(domain, {});
  const allowed = readAllowedPlaces({ allowed: rule.allowed, flag: ALLOW_REGISTRY });
  if (isNamedPlace(url, allowed)) return;
  const inner = (await addressesFor(url, rule.addressesOf ?? resolveHost)).filter(isInner);
  if (inner.length === 0) return rule.keepOutward?.(url.hostname);
  if (inner.every((address) => isListed(allowed.ranges, address))) return;
  throw new AssayError(
    'permission-denied',
    `registry ${domain} is within this server's own network; only an admin of all projects may ` +
      `have images of it scanned, unless the server is started with ${ALLOW_REGISTRY} ${domain}`,
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
