/** Host and Origin of requests: a web page that resolves its own name to us gets no answer. */
import type { IncomingHttpHeaders } from 'node:http';
import { AssayError } from '../domain/error.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Makes the check of a request's headers; it throws `permission-denied` for foreign names. */
export function makeHostCheck(hosts: readonly string[]): (headers: IncomingHttpHeaders) => void {
  const allowed = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())]);
  return (headers) => {
    refuse(allowed, 'Host', headers.host ?? '');
    const { origin } = headers;
    if (origin !== undefined) refuse(allowed, 'Origin', origin.replace(/^https?:\/\//, ''));
  };
}

function refuse(allowed: ReadonlySet<string>, header: string, value: string): void {
  const name = value.toLowerCase().replace(/:\d+$/, '');
  if (allowed.has(name)) return;
  throw new AssayError(
    'permission-denied',
    `${header} ${JSON.stringify(value.slice(0, 200))} is not served here; start with --host NAME to allow it`,
  );
}
