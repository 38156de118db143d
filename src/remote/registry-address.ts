/**
 * Where a registry is, and where its answers may send us. Credentials and bytes go only over TLS
 * or within this machine; everything that decides so is here.
 */
import { AssayError } from '../domain/error.ts';
import { isLoopbackHost } from '../domain/loopback.ts';

/** How registries may be reached, as far as it decides where they are. */
export interface RegistryPlaces {
  readonly plainHttp?: boolean;
  readonly caFile?: string;
  readonly caFiles?: ReadonlyMap<string, string>;
  /** Registries that are read somewhere else, by the domain that references name. */
  readonly mirrors?: ReadonlyMap<string, URL>;
}

/**
 * The origin that serves a reference's domain: its mirror, else itself. Plain HTTP for loopback
 * (unless `plainHttp` is false or a private CA is in use), elsewhere only when `plainHttp` is true.
 */
export function registryOrigin(domain: string, access: RegistryPlaces): URL {
  const mirror = access.mirrors?.get(domain);
  if (mirror !== undefined) return mirror;
  const host = domain === 'docker.io' ? 'registry-1.docker.io' : domain;
  const url = URL.parse(`https://${host}/`);
  if (url === null) {
    throw new AssayError('invalid-reference', `${JSON.stringify(domain)} is not a registry host`);
  }
  const ownAuthority = access.caFile !== undefined || access.caFiles?.has(domain) === true;
  const plainByDefault = isLoopbackHost(url.hostname) && !ownAuthority;
  return (access.plainHttp ?? plainByDefault) ? new URL(`http://${host}/`) : url;
}

/** The host whose credentials are for a domain: a mirror never gets those of what it mirrors. */
export function credentialHost(domain: string, { mirrors }: RegistryPlaces): string {
  return mirrors?.get(domain)?.host ?? domain;
}

/** Reads `http://127.0.0.1:5000` or `https://HOST`; refuses a path, a user, and http elsewhere. */
export function parseRegistryUrl(flag: string, text: string): URL {
  const url = URL.parse(text);
  const problem = url === null ? 'is not a URL' : urlProblem(url);
  if (url !== null && problem === undefined) return url;
  const shown = text.includes('@') ? 'the address' : JSON.stringify(text.slice(0, 200));
  throw new AssayError(
    'invalid-argument',
    `--${flag}: ${shown} ${problem}; give http://127.0.0.1:5000 or https://registry.example`,
  );
}

/** Reads the values of `--registry-mirror`, each `HOST=URL`. */
export function parseMirrors(texts: readonly string[]): ReadonlyMap<string, URL> {
  const flag = 'registry-mirror';
  return new Map(
    texts.map((text) => {
      const [, domain = '', url = ''] = /^([^=/@\s]+)=(.+)$/.exec(text) ?? [];
      if (domain !== '') return [domain, parseRegistryUrl(flag, url)] as const;
      throw new AssayError('invalid-argument', `--${flag}: give HOST=URL`);
    }),
  );
}

/** Reads the values of `--registry-ca`, each `HOST=FILE`. */
export function parseAuthorityFiles(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const [, host = '', file = ''] = /^([^=/@\s]+)=(.+)$/.exec(text) ?? [];
      if (host !== '') return [host.toLowerCase(), file] as const;
      throw new AssayError('invalid-argument', '--registry-ca: give HOST=FILE');
    }),
  );
}

function urlProblem(url: URL): string | undefined {
  if (url.username !== '' || url.password !== '') return 'carries a user name or password';
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') return 'has a path';
  if (url.protocol === 'https:') return undefined;
  if (url.protocol !== 'http:') return 'is not http or https';
  return isLoopbackHost(url.hostname) ? undefined : 'is not encrypted';
}

/**
 * Reads a URL that a registry sent (a realm or a Location). Refuses other schemes than http and
 * https, user information, http beyond loopback, and a way from elsewhere into this machine.
 */
export function parseTarget(text: string, from: URL, what: string): URL {
  const url = URL.parse(text, from.href);
  const problem = url === null ? 'is not a URL' : targetProblem(url, from);
  if (url !== null && problem === undefined) return url;
  const shown = url === null ? 'an unreadable address' : withoutQuery(url);
  throw new AssayError(
    'registry-refused',
    `registry ${from.host} names ${shown} as ${what}, which ${problem}; only https, or http on ` +
      'loopback from a loopback registry, is followed',
  );
}

/** A URL for people and logs: without user, query and fragment, where secrets travel. */
export function withoutQuery(url: URL): string {
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function targetProblem(url: URL, from: URL): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'is not http or https';
  if (url.username !== '' || url.password !== '') return 'carries a user name or password';
  const loopback = isLoopbackHost(url.hostname);
  if (loopback && !isLoopbackHost(from.hostname)) return 'points into this machine';
  if (url.protocol === 'http:' && !loopback) return 'is not encrypted';
  return undefined;
}
