/**
 * Where a registry is, and where its answers may send us. Credentials and bytes go only over TLS
 * or within this machine; everything that decides so is here.
 */
import { AssayError } from '../domain/error.ts';
import { isLoopbackHost } from '../domain/loopback.ts';

/**
 * The origin that serves a reference's domain. Plain HTTP for loopback (unless `plainHttp` is
 * false or a private CA is in use), elsewhere only when `plainHttp` is true.
 */
export function registryOrigin(
  domain: string,
  access: { readonly plainHttp?: boolean; readonly caFile?: string },
): URL {
  const host = domain === 'docker.io' ? 'registry-1.docker.io' : domain;
  const url = URL.parse(`https://${host}/`);
  if (url === null) {
    throw new AssayError('invalid-reference', `${JSON.stringify(domain)} is not a registry host`);
  }
  const plainByDefault = isLoopbackHost(url.hostname) && access.caFile === undefined;
  return (access.plainHttp ?? plainByDefault) ? new URL(`http://${host}/`) : url;
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
