/**
 * Where this server may send requests that somebody configured: out into the world over TLS, into
 * its own network only where it was started to, and never to link-local addresses, where clouds
 * hand out credentials. The addresses that were checked are the ones to connect to.
 */
import { isIP } from 'node:net';
import type { BlockList } from 'node:net';
import { AssayError } from '../domain/error.ts';
import { addressList, isListed, placeOfAddress } from './inner-address.ts';
import { resolveHost } from './resolve-host.ts';

/** What is allowed within our own network, and how hosts are looked up. */
export interface DestinationRule {
  /** `HOST`, `HOST:PORT`, an address or a range such as `10.0.0.0/8`. */
  readonly allowed: readonly string[];
  /** The flag that allows more, for errors, e.g. `--allow-destination`. */
  readonly flag: string;
  /** Default: the system's resolver. */
  readonly addressesOf?: (host: string) => Promise<readonly string[]>;
}

/** Checks URLs before they are called. */
export interface DestinationGuard {
  /**
   * The addresses of a URL's host, all of them good. Throws `invalid-argument` for another scheme
   * than http and https and for credentials in the URL, `permission-denied` for a host that must
   * not be called, `unavailable` for one that does not resolve. Errors name the host alone: the
   * rest of a URL may be a secret.
   */
  readonly check: (url: URL) => Promise<readonly string[]>;
}

/** Hosts and ranges that an operator named. */
export interface AllowedPlaces {
  readonly names: ReadonlySet<string>;
  readonly ranges: BlockList;
}

/** Makes a guard; throws `invalid-argument` for an entry that is neither host nor range. */
export function createDestinationGuard(rule: DestinationRule): DestinationGuard {
  const allowed = readAllowedPlaces(rule);
  const addressesOf = rule.addressesOf ?? resolveHost;
  return {
    check: async (url) => {
      refuseUrl(url);
      const name = bareHost(url);
      const addresses = isIP(name) === 0 ? await addressesOf(name) : [name];
      refuseAddresses(url, addresses, { allowed, flag: rule.flag });
      return addresses;
    },
  };
}

/**
 * Refuses what is wrong with a URL whatever its host resolves to: scheme, credentials, and an
 * address as host that no flag opens. Reads nothing from outside.
 */
export function refuseUrl(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new AssayError('invalid-argument', 'a URL to be called is neither https nor http');
  }
  if (url.username !== '' || url.password !== '') {
    const message = `the URL at ${url.host} has credentials in it; give them in a file instead`;
    throw new AssayError('invalid-argument', message);
  }
  const name = bareHost(url);
  if (isIP(name) !== 0 && placeOfAddress(name) === 'forbidden') throw forbidden(url);
}

function refuseAddresses(
  url: URL,
  addresses: readonly string[],
  { allowed, flag }: { readonly allowed: AllowedPlaces; readonly flag: string },
): void {
  if (addresses.length === 0) {
    throw new AssayError('unavailable', `${url.host}: no such host; check the name`);
  }
  const places = addresses.map(placeOfAddress);
  if (places.includes('forbidden')) throw forbidden(url);
  const inner = addresses.filter((_, index) => places[index] === 'inner');
  if (!isNamedPlace(url, allowed) && !inner.every((one) => isListed(allowed.ranges, one))) {
    throw new AssayError(
      'permission-denied',
      `${url.host} is within this server's own network, where it calls nobody unless it is ` +
        `started with ${flag} ${url.host}`,
    );
  }
  if (url.protocol === 'https:' || inner.length === addresses.length) return;
  const message = `${url.host} would be called in the clear; give an https URL`;
  throw new AssayError('invalid-argument', message);
}

/** Tells whether an operator named a URL's host, with or without its port. */
export function isNamedPlace(url: URL, { names }: AllowedPlaces): boolean {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return names.has(url.hostname) || names.has(`${url.hostname}:${port}`);
}

function forbidden(url: URL): AssayError {
  return new AssayError(
    'permission-denied',
    `${url.host} is a link-local or metadata address, which is never called; give another host`,
  );
}

/** The host without the brackets of IPv6. */
function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

/** Reads `HOST`, `HOST:PORT`, addresses and ranges; throws `invalid-argument` for what is none. */
export function readAllowedPlaces({
  allowed,
  flag,
}: Pick<DestinationRule, 'allowed' | 'flag'>): AllowedPlaces {
  const names = new Set<string>();
  const ranges = { ipv4: [] as string[], ipv6: [] as string[] };
  for (const text of allowed) {
    const range = rangeOf(text);
    if (range === undefined) names.add(nameOf(text, flag));
    else ranges[range.family].push(range.text);
  }
  return { names, ranges: addressList(ranges) };
}

function rangeOf(text: string): { family: 'ipv4' | 'ipv6'; text: string } | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const bare = address.replace(/^\[|\]$/g, '');
  const version = isIP(bare);
  if (version === 0 || more.length > 0) return undefined;
  const most = version === 4 ? 32 : 128;
  if (bits !== undefined && !(/^\d{1,3}$/.test(bits) && Number(bits) <= most)) return undefined;
  return { family: version === 4 ? 'ipv4' : 'ipv6', text: `${bare}/${bits ?? most}` };
}

function nameOf(text: string, flag: string): string {
  // The scheme has no default port, so that a given one stays.
  const url = /^[^/?#@\s]+$/.test(text) ? URL.parse(`http://${text}`) : null;
  const port = /:(\d+)$/.exec(text)?.[1];
  if (url !== null) return port === undefined ? url.hostname : `${url.hostname}:${Number(port)}`;
  throw new AssayError(
    'invalid-argument',
    `${flag} is ${JSON.stringify(text)}; give a host, HOST:PORT, or a range such as 10.0.0.0/8`,
  );
}
