/** A timestamp authority (RFC 3161) by stock openssl: tokens, and an HTTP server of them. */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';

/** What differs from a good authority. */
export interface AuthorityChange {
  /** Hash by which tokens name that certificate. */
  readonly certificateHash?: 'sha1' | 'sha256' | 'sha512';
}

/** An authority in a folder. */
export interface TimestampAuthority {
  /** Path of its root (PEM). */
  readonly root: string;
  /** A token over some bytes. */
  token(bytes: Uint8Array, hash?: string): Uint8Array;
  /** Serves the protocol over HTTP; whoever starts it closes it. */
  serve(): Promise<{ readonly url: string; close(): Promise<void> }>;
}

/** Makes an authority with a root and a certificate for timestamps. */
export function makeTimestampAuthority(
  openssl: string,
  folder: string,
  change: AuthorityChange = {},
): TimestampAuthority {
  const ssl = (...args: readonly string[]): Buffer =>
    execFileSync(openssl, args, { cwd: folder, stdio: 'pipe' });
  const file = (name: string): string => join(folder, name);
  writeFileSync(file('tsa.cnf'), configuration(change));
  const key = (name: string): readonly string[] =>
    `-newkey rsa:2048 -nodes -keyout ${name}.key -config tsa.cnf`.split(' ');
  const root = ['-x509', '-days', '30', '-subj', '/C=US/ST=WA/O=Stamps/CN=stamp root'];
  ssl('req', ...key('root'), ...root, '-extensions', 'root', '-out', 'root.pem');
  ssl('req', ...key('tsa'), '-subj', '/C=US/ST=WA/O=Stamps/CN=stamps', '-out', 'tsa.csr');
  const by = ['-CA', 'root.pem', '-CAkey', 'root.key', '-CAcreateserial', '-days', '20'];
  const extensions = ['-extfile', 'tsa.cnf', '-extensions', 'stamps'];
  ssl('x509', '-req', '-in', 'tsa.csr', ...by, ...extensions, '-out', 'tsa.pem');
  writeFileSync(file('serial'), '01');
  const reply = (query: Uint8Array, ...more: readonly string[]): Uint8Array => {
    writeFileSync(file('query.tsq'), query);
    ssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'reply', ...more);
    return readFileSync(file('reply'));
  };
  return {
    root: file('root.pem'),
    token: (bytes, hash = 'sha256') => {
      writeFileSync(file('bytes'), bytes);
      const query = ssl('ts', '-query', '-data', 'bytes', `-${hash}`, '-cert', '-no_nonce');
      return reply(query, '-token_out');
    },
    serve: () => serveReplies((query) => reply(query)),
  };
}

function configuration({ certificateHash = 'sha256' }: AuthorityChange): string {
  return `
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[stamps]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = stamp
[stamp]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
certs = root.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha1, sha256, sha384, sha512
accuracy = secs:1, millisecs:500, microsecs:100
ess_cert_id_alg = ${certificateHash}
`;
}

async function serveReplies(
  reply: (query: Uint8Array) => Uint8Array,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void buffer(request).then((query) => {
      response.setHeader('content-type', 'application/timestamp-reply');
      response.end(reply(query));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: `http://127.0.0.1:${port}`, close };
}
