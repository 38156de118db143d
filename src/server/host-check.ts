/** Host and Origin of requests: a web page that resolves its own name to us gets no answer. */
import type { IncomingHttpHeaders } from 'node:http';
import { AssayError } from '../domain/error.ts';

/** The names of this machine, as URLs write them. */
export const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** Makes the check of a request's headers; it throws `permission-denied` for foreign names. */
export function makeHostCheck(
  hosts: readonly string[],
  fix = 'start with --host NAME to allow it',
): (headers: IncomingHttpHeaders) => void {
  const allowed = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())]);
  return (headers) => {
    const host = headers.host ?? '';
    if (!allowed.has(host.toLowerCase().replace(/:\d+$/, ''))) {
      throw foreignName('Host', host, fix);
    }
    const { origin } = headers;
    if (origin === undefined) return;
    // A page of another port of this machine is another site.
    if (origin.replace(/^https?:\/\//, '') !== headers.host) {
      throw foreignName('Origin', origin, fix);
    }
  };
}

/** The error for a name that is not served here. */
export function foreignName(header: string, value: string, fix: string): AssayError {
  const shown = JSON.stringify(value.slice(0, 200));
  return new AssayError('permission-denied', `${header} ${shown} is not served here; ${fix}`);
}
