/**
 * CONNECT on the registry's listener (RFC 9110, 9.3.6), for clients that speak TLS to a name such
 * as `gcr.io` through us as their proxy: the tunnel ends here, in the same routes. No other host is
 * ever connected to.
 */
import type { IncomingMessage } from 'node:http';
import { type Server, createServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { isTunnelTarget } from './proxy-target.ts';
import type { TlsMaterial } from './tls-material.ts';

/** What a tunnel needs. */
export interface TunnelOptions {
  /** The names that tunnels may lead to, in lower case. */
  readonly hosts: readonly string[];
  /** Certificate of all these names; absent: every CONNECT is refused. */
  readonly tls?: TlsMaterial;
  /** Longest life of a tunnel, in milliseconds. */
  readonly lifetime: number;
  /** A tunnel on which nothing moves ends after so long, in milliseconds. */
  readonly idle: number;
}

const ESTABLISHED = 'HTTP/1.1 200 Connection established\r\n\r\n';

/** Answers CONNECT on a listener, which closes the tunnels when it closes. */
export function addProxyTunnel(app: FastifyInstance, options: TunnelOptions): void {
  const { tls } = options;
  const secure = tls === undefined ? undefined : secureServer(app, tls);
  const open = new Set<Duplex>();
  app.server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const problem = refusal(request.url ?? '', options);
    if (secure === undefined || problem !== undefined) return void socket.end(forbidden(problem));
    open.add(socket);
    limit(request, socket, options);
    socket.once('close', () => open.delete(socket));
    socket.write(ESTABLISHED);
    if (head.length > 0) socket.unshift(head);
    secure.emit('connection', socket);
  });
  app.addHook('preClose', async () => {
    for (const socket of open) socket.destroy();
  });
}

function secureServer(app: FastifyInstance, tls: TlsMaterial): Server {
  const secure = createServer({ ...tls, minVersion: 'TLSv1.2' }, (request, response) =>
    app.routing(request, response),
  );
  // A client that does not trust our certificate says so by hanging up.
  secure.on('tlsClientError', (_error, socket) => socket.destroy());
  secure.on('clientError', (_error, socket) => socket.destroy());
  return secure;
}

function limit({ socket: raw }: IncomingMessage, socket: Duplex, options: TunnelOptions): void {
  raw.setTimeout(options.idle, () => socket.destroy());
  const timer = setTimeout(() => socket.destroy(), options.lifetime);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
}

function refusal(target: string, { hosts, tls }: TunnelOptions): string | undefined {
  if (!isTunnelTarget(target, hosts)) {
    return 'this is no proxy for others: only NAME:443 of a --host NAME is answered';
  }
  return tls === undefined ? 'start with --proxy-ca FILE to answer over TLS' : undefined;
}

function forbidden(problem = ''): string {
  const text = `${problem}\n`;
  const head = ['HTTP/1.1 403 Forbidden', 'content-type: text/plain', 'connection: close'];
  return `${head.join('\r\n')}\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}
