/**
 * Where a PostgreSQL server is, from the URL of `--database`. A password has no place in it: a
 * command line is seen by every user of a machine.
 */
import { AssayError } from '../domain/error.ts';

/** A checked address. */
export interface PostgresAddress {
  /** Host name, IP address, or the folder of a Unix socket. */
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
  /** Whether the server proves by TLS who it is; always so beyond this machine unless told. */
  readonly tls: boolean;
  /** File with the authorities that the server's certificate may come from; else the system's. */
  readonly authorityFile?: string;
}

const PARAMETERS = ['host', 'user', 'sslmode', 'sslrootcert'];

/**
 * Reads `postgres://USER@HOST:PORT/DATABASE?sslmode=…&sslrootcert=FILE`; a socket's folder is given
 * as `postgres:///DATABASE?host=/FOLDER&user=USER`. Refuses a password, an `sslmode` that does not
 * check who answers, and unknown parameters. Never repeats the text in an error.
 */
export function parsePostgresUrl(text: string): PostgresAddress {
  const url = parseUrl(text);
  if (url.password !== '') {
    throw wrong('holds a password, which others could see; use --database-password-file FILE');
  }
  const unknown = [...url.searchParams.keys()].find((name) => !PARAMETERS.includes(name));
  if (unknown !== undefined) {
    throw wrong(`has the unknown parameter ${unknown}; known are ${PARAMETERS.join(', ')}`);
  }
  const host = hostOf(url);
  const authorityFile = url.searchParams.get('sslrootcert');
  return {
    host,
    port: url.port === '' ? 5432 : Number(url.port),
    user: named(url, 'user', decode(url.username) || url.searchParams.get('user')),
    database: named(url, 'database', decode(url.pathname.slice(1))),
    tls: tlsOf(url, host),
    ...(authorityFile === null ? {} : { authorityFile }),
  };
}

/** Prints an address for logs: no password is known here. */
export function formatPostgresAddress({ host, port, user, database }: PostgresAddress): string {
  return host.startsWith('/')
    ? `postgres:///${database}?host=${host}&user=${user}`
    : `postgres://${user}@${host.includes(':') ? `[${host}]` : host}:${port}/${database}`;
}

function parseUrl(text: string): URL {
  if (/^postgres(?:ql)?:\/\//.test(text) && URL.canParse(text)) return new URL(text);
  throw wrong('is no URL of the form postgres://USER@HOST:PORT/DATABASE');
}

function hostOf(url: URL): string {
  const host = url.searchParams.get('host') ?? decode(url.hostname).replace(/^\[|\]$/g, '');
  return host === '' ? 'localhost' : host;
}

function named(url: URL, what: string, value: string | null): string {
  if (value !== null && value !== '' && !value.includes('\0')) return value;
  throw wrong(`names no ${what}; give postgres://USER@${url.host || 'HOST'}/DATABASE`);
}

function tlsOf(url: URL, host: string): boolean {
  const mode = url.searchParams.get('sslmode');
  if (mode === null) return !isHere(host);
  if (mode === 'disable') return false;
  if (mode === 'verify-full') return true;
  throw wrong(
    `has sslmode=${mode.slice(0, 20)}, which does not check who answers; ` +
      'use verify-full (with sslrootcert=FILE for an authority of your own) or disable',
  );
}

function isHere(host: string): boolean {
  return host.startsWith('/') || /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/.test(host);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw wrong('has a % that begins no escape');
  }
}

function wrong(problem: string): AssayError {
  return new AssayError('invalid-argument', `--database ${problem}`);
}
