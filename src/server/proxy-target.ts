/**
 * Request targets of clients that take us for their proxy (RFC 9112, 3.2.2 and 3.2.3). We are the
 * registry of some names and forward nothing: any other target is refused, and so is a request
 * whose target and Host header disagree.
 */
import type { IncomingMessage } from 'node:http';
import { AssayError } from '../domain/error.ts';
import { LOOPBACK_NAMES, foreignName } from './host-check.ts';

/** A request's target in two: whom it is for, where it says so, and the rest. */
export interface ProxyTarget {
  /** `HOST[:PORT]` as written; absent in the usual form. */
  readonly authority?: string;
  /** Path and query. */
  readonly path: string;
}

const ABSOLUTE = /^http:\/\/([^/?#@\\\s]+)([/?][^#]*)?$/i;
const HOST_NAME = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;
const MAX_HOST_NAME = 253;
const FIX = 'this is no proxy for others; start with --host NAME to be the registry of a name';
const DIRECT =
  'this is no proxy for others; call it directly: set no_proxy=127.0.0.1,localhost beside ' +
  'http_proxy (CLOUDSDK_PROXY_… knows no exceptions)';

/** Takes a target apart. One of another form than `/…` and `http://HOST/…` is left as it is. */
export function splitProxyTarget(target: string): ProxyTarget {
  const [, authority, rest = '/'] = ABSOLUTE.exec(target) ?? [];
  if (authority === undefined) return { path: target };
  return { authority, path: rest.startsWith('/') ? rest : `/${rest}` };
}

/** Throws where a request names two hosts, or by its target one that is not ours. */
export function checkProxyTarget(
  request: IncomingMessage,
  target: string,
  hosts: readonly string[],
): void {
  refuseTwoHosts(request);
  const { authority } = splitProxyTarget(target);
  if (authority === undefined) return;
  if (authority.toLowerCase() !== request.headers.host?.toLowerCase()) {
    const shown = JSON.stringify(authority.slice(0, 200));
    throw new AssayError(
      'invalid-argument',
      `the target is for ${shown}, the Host header is not; send one request for one host`,
    );
  }
  refuseOther(authority, String(request.socket.localPort), hosts);
}

function refuseOther(authority: string, ownPort: string, hosts: readonly string[]): void {
  const [, name = '', port = '80'] = /^(.*?)(?::(\d+))?$/.exec(authority.toLowerCase()) ?? [];
  const loopback = LOOPBACK_NAMES.includes(name);
  if (port === ownPort && loopback) return;
  if ((port === ownPort || port === '80') && hosts.includes(name)) return;
  throw foreignName('target', authority, loopback ? DIRECT : FIX);
}

/** Tells whether a CONNECT target is `NAME:443` of one of our names. */
export function isTunnelTarget(target: string, hosts: readonly string[]): boolean {
  const [, name] = /^(.+):443$/.exec(target.toLowerCase()) ?? [];
  return name !== undefined && hosts.includes(name);
}

/** Reads the names of `--host`, in lower case; refuses what is no host name. */
export function parseHostNames(names: readonly string[]): string[] {
  return names.map((name) => {
    if (name.length <= MAX_HOST_NAME && HOST_NAME.test(name)) return name.toLowerCase();
    throw new AssayError(
      'invalid-argument',
      `--host is ${JSON.stringify(name.slice(0, 300))}; give a host name without scheme and port`,
    );
  });
}

/** Node keeps the first of two Host headers; what stands before us may have read the other. */
function refuseTwoHosts({ rawHeaders }: IncomingMessage): void {
  const names = rawHeaders.filter((_, index) => index % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'host').length <= 1) return;
  throw new AssayError('invalid-argument', 'the request has two Host headers; send one');
}
