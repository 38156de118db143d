/**
 * Registries inside our own network. Whoever may have an image scanned chooses which host this
 * server calls; those who are not admins must not reach what only the server can.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { AssayError } from '../domain/error.ts';
import type { ImageReference } from '../domain/image-reference.ts';
import { registryOrigin } from './registry-address.ts';

/** What is allowed, and how hosts are looked up. */
export interface InnerRegistryRule {
  /** `HOST` or `HOST:PORT` as references write them. */
  readonly allowed: readonly string[];
  /** Default: the system's resolver. */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>;
}

/** Loopback, private, link-local, shared, benchmark, multicast and reserved (RFC 6890). */
const INNER = innerAddresses();

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
  const addressesOf = rule.addressesOf ?? resolve;
  const addresses = isIP(name) === 0 ? await addressesOf(name) : [name];
  if (!addresses.some(isInner)) return;
  throw new AssayError(
    'permission-denied',
    `registry ${domain} is within this server's own network; only an admin may have images of ` +
      `it scanned, unless the server is started with --allow-registry ${domain}`,
  );
}

function isInner(address: string): boolean {
  return INNER.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

async function resolve(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch {
    return [];
  }
}

function innerAddresses(): BlockList {
  const list = new BlockList();
  const v4 = ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'];
  const more = ['172.16.0.0/12', '192.0.0.0/24', '192.168.0.0/16', '198.18.0.0/15'];
  for (const range of [...v4, ...more, '224.0.0.0/4', '240.0.0.0/4']) add(list, range, 'ipv4');
  const v6 = ['::/127', '64:ff9b::/96', 'fc00::/7', 'fe80::/10', 'ff00::/8'];
  for (const range of v6) add(list, range, 'ipv6');
  return list;
}

function add(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
  const [address = '', bits = ''] = range.split('/');
  list.addSubnet(address, Number(bits), family);
}
