/** Host and Origin of requests: a web page that resolves its own name to us gets no answer. */
import type { IncomingHttpHeaders } from 'node:http';
import { AssayError } from '../domain/error.ts';

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

/** Makes the check of a request's headers; it throws `permission-denied` for foreign names. */
export function makeHostCheck(
  hosts: readonly string[],
  fix = 'start with --host NAME to allow it',
): (headers: IncomingHttpHeaders) => void {
  const allowed = new Set([...LOOPBACK_NAMES, ...hosts.map((host) => host.toLowerCase())]);
  return (headers) => {
    refuse(headers.host ?? '', { allowed, header: 'Host', fix });
    const { origin } = headers;
    if (origin === undefined) return;
    refuse(origin.replace(/^https?:\/\//, ''), { allowed, header: 'Origin', fix });
  };
}

interface HostRule {
  readonly allowed: ReadonlySet<string>;
  readonly header: string;
  readonly fix: string;
}

function refuse(value: string, { allowed, header, fix }: HostRule): void {
  const name = value.toLowerCase().replace(/:\d+$/, '');
  if (allowed.has(name)) return;
  throw new AssayError(
    'permission-denied',
    `${header} ${JSON.stringify(value.slice(0, 200))} is not served here; ${fix}`,
  );
}
