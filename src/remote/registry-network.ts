/**
 * Where registries may be in the network. A host's addresses are looked up once and kept for a
 * while: those that were checked are those that are dialled. Link-local and metadata addresses are
 * dialled for nobody; a host that passed as one of the world never becomes one of our own network.
 */
import { isIP } from 'node:net';
import { AssayError } from '../domain/error.ts';
import { placeOfAddress } from './inner-address.ts';
import { refuseInwardTarget } from './inner-registry.ts';
import { resolveHost } from './resolve-host.ts';

/** Looks hosts up, and says which may be dialled. Shared by the checks and by who dials. */
export interface RegistryNetwork {
  /** The addresses of a host as they were last looked up; none where it does not resolve. */
  readonly addressesOf: (host: string) => Promise<readonly string[]>;
  /** From now on addresses within our own network are not dialled for this host. */
  readonly keepOutward: (host: string) => void;
  /**
   * Throws where a URL must not be called: `registry-refused` where the registry `from` sends us
   * inward, else what {@link RegistryNetwork.dialable} throws.
   */
  readonly admit: (url: URL, from?: URL) => Promise<void>;
  /** The addresses to dial for a host, in order; throws `permission-denied` where one is bad. */
  readonly dialable: (host: string) => Promise<readonly string[]>;
}

/** Where hosts are looked up, and by which clock, in milliseconds. */
export interface NetworkSources {
  readonly addressesOf?: (host: string) => Promise<readonly string[]>;
  readonly now?: () => number;
}

interface Pin {
  readonly addresses: Promise<readonly string[]>;
  readonly until: number;
}

const PIN_MS = 60_000;
const MAX_HOSTS = 10_000;

/** Opens a network in which no host is known yet. */
export function openRegistryNetwork(sources: NetworkSources = {}): RegistryNetwork {
  const { addressesOf: lookUp = resolveHost, now = () => performance.now() } = sources;
  const pins = new Map<string, Pin>();
  const outward = new Set<string>();
  const addressesOf = (host: string): Promise<readonly string[]> => {
    const known = pins.get(host);
    if (known !== undefined && known.until > now()) return known.addresses;
    const addresses = lookUp(host);
    if (pins.size >= MAX_HOSTS) pins.clear();
    pins.set(host, { addresses, until: now() + PIN_MS });
    return addresses;
  };
  const dialable = async (host: string): Promise<readonly string[]> => {
    const name = host.replace(/^\[|\]$/g, '');
    const addresses = isIP(name) === 0 ? await addressesOf(name) : [name];
    const places = addresses.map(placeOfAddress);
    if (places.includes('forbidden')) throw forbidden(name);
    if (outward.has(name) && places.includes('inner')) throw turned(name);
    return addresses;
  };
  return {
    addressesOf,
    keepOutward: (host) => {
      if (outward.size >= MAX_HOSTS) outward.clear();
      outward.add(host.replace(/^\[|\]$/g, ''));
    },
    dialable,
    admit: async (url, from) => {
      if (from !== undefined) await refuseInwardTarget(url, from, addressesOf);
      await dialable(url.hostname);
    },
  };
}

function forbidden(host: string): AssayError {
  return new AssayError(
    'permission-denied',
    `${host} has a link-local or metadata address, which is never called; give another host`,
  );
}

function turned(host: string): AssayError {
  return new AssayError(
    'permission-denied',
    `${host} was out in the world when it was checked and is within this server's own network ` +
      'now, where it is not called; check who answers for that name',
  );
}
