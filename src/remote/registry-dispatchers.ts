/**
 * The connections to registries: straight to an address that was checked, or through the proxy that
 * the environment names, with the authorities that are believed for the host.
 */
import type { Dispatcher } from 'undici';
import { checkedConnector } from './dial-checked.ts';
import { type ProxyRule, proxyFor } from './proxy-rule.ts';
import { readTextFile } from './read-text-file.ts';
import type { RegistryNetwork } from './registry-network.ts';
import type { RemoteLimits } from './remote-limits.ts';

/** Where connections go and whom they believe. */
export interface ConnectionPlaces {
  /** Default: one of its own. */
  readonly network?: RegistryNetwork;
  /** A PEM file of authorities believed for every host besides the well-known ones. */
  readonly caFile?: string | undefined;
  /** PEM files of authorities by the host or `HOST:PORT` for which alone they are believed. */
  readonly caFiles?: ReadonlyMap<string, string> | undefined;
  /** Absent: every connection is direct. */
  readonly proxies?: ProxyRule | undefined;
}

/** Chooses the pool for a request. */
export interface RegistryDispatchers {
  readonly dispatcherFor: (url: URL) => Promise<Dispatcher>;
  readonly close: () => Promise<void>;
}

const MAX_HOSTS = 1000;
const MAX_CA_BYTES = 4 * 1024 * 1024;

interface OpenPlaces extends ConnectionPlaces {
  readonly network: RegistryNetwork;
}

/** Opens the pools. The network library is loaded here: local images need none of it. */
export async function openDispatchers(
  places: OpenPlaces,
  limits: RemoteLimits,
): Promise<RegistryDispatchers> {
  const undici = await import('undici');
  const shared = await readAuthority(places.caFile);
  const authorityOf = async (host: string): Promise<{ ca?: string[] }> => {
    const file = authorityFile(places, host);
    const ca = file === undefined ? shared : await readAuthority(file);
    return ca === undefined ? {} : { ca };
  };
  const connectorFor = remembered(async (host: string) =>
    undici.buildConnector({
      allowH2: false,
      timeout: limits.connectMs,
      ...(await authorityOf(host)),
    }),
  );
  const pool = {
    allowH2: false,
    headersTimeout: limits.headersMs,
    bodyTimeout: limits.idleMs,
    maxHeaderSize: limits.headerBytes,
  };
  const direct: Dispatcher = new undici.Agent({
    ...pool,
    connect: checkedConnector({
      addressesOf: ({ hostname }) => places.network.dialable(hostname),
      connectorFor: ({ host = '' }) => connectorFor(host),
    }),
  });
  const opened = [direct];
  const proxyOf = remembered(async (key: string): Promise<Dispatcher> => {
    const [uri = '', host = ''] = key.split(' ');
    const made = new undici.ProxyAgent({ ...pool, uri, requestTls: await authorityOf(host) });
    opened.push(made);
    return made;
  });
  return {
    dispatcherFor: async (url) => {
      const proxy = places.proxies && proxyFor(places.proxies, url);
      return proxy === undefined ? direct : proxyOf(`${proxy.href} ${url.host}`);
    },
    close: async () => void (await Promise.all(opened.map((one) => one.destroy()))),
  };
}

/** Makes each thing once. */
function remembered<Value>(make: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const made = new Map<string, Promise<Value>>();
  return (key) => {
    const known = made.get(key) ?? make(key);
    if (made.size >= MAX_HOSTS) made.clear();
    made.set(key, known);
    return known;
  };
}

function authorityFile({ caFiles }: ConnectionPlaces, host: string): string | undefined {
  return caFiles?.get(host) ?? caFiles?.get(host.replace(/:\d+$/, ''));
}

async function readAuthority(file: string | undefined): Promise<string[] | undefined> {
  if (file === undefined) return undefined;
  // Loaded here: it starts a thread that reads all of them, at the cost of whatever runs beside it.
  const { rootCertificates } = await import('node:tls');
  return [...rootCertificates, await readTextFile(file, MAX_CA_BYTES)];
}
