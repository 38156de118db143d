/**
 * The gRPC listener: the same methods, handlers and callers as over REST. Connections are taken by
 * a server of our own, so that TLS, its renewal and the number of clients are as on the other
 * listeners; the library and the descriptors are loaded when the first one comes.
 */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import type { Deps } from '../operations/deps.ts';
import type { Authenticator } from './authenticate.ts';
import { MAX_CONNECTIONS } from './connection-limit.ts';
import type { GrpcService } from './grpc-service.ts';
import type { TlsMaterial } from './tls-material.ts';

/** How the gRPC listener is set up. */
export interface GrpcOptions {
  /** Absent: plaintext, which is for loopback only. */
  readonly tls?: TlsMaterial;
  readonly authenticator: Authenticator;
}

/** The listener; the caller listens and closes. */
export interface GrpcListener {
  readonly server: Server;
  readonly listen: (at: { readonly host: string; readonly port: number }) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A client has this long for its TLS handshake, in milliseconds. */
const HANDSHAKE_PATIENCE = 20_000;

/** Builds the listener. */
export function buildGrpcListener(deps: Deps, options: GrpcOptions): GrpcListener {
  const open = new Set<Socket>();
  let service: Promise<GrpcService> | undefined;
  const take = (connection: Socket): void => {
    open.add(connection);
    connection.on('close', () => open.delete(connection));
    connection.on('error', () => connection.destroy());
    service ??= loadService(deps, options.authenticator);
    service.then(
      ({ take: answer }) => answer(connection),
      (error: unknown) => {
        deps.log.error({ err: error }, 'gRPC cannot be served');
        connection.destroy();
      },
    );
  };
  const server = createListener(options.tls, take);
  server.maxConnections = MAX_CONNECTIONS;
  return {
    server,
    listen: (at) => listen(server, at),
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      await (await service?.catch(() => undefined))?.close();
      for (const connection of open) connection.destroy();
      await closed;
    },
  };
}

/** The port that was opened. */
export function grpcPort({ server }: GrpcListener): number {
  return (server.address() as AddressInfo).port;
}

async function loadService(deps: Deps, authenticator: Authenticator): Promise<GrpcService> {
  const { createGrpcService } = await import('./grpc-service.ts');
  return createGrpcService(deps, authenticator);
}

function createListener(tls: TlsMaterial | undefined, take: (connection: Socket) => void): Server {
  if (tls === undefined) return createServer({ noDelay: true }, take);
  const server = createTlsServer({
    ...tls,
    requestCert: tls.ca !== undefined,
    // Who shows none, or a foreign one, may still have a token.
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['h2'],
    handshakeTimeout: HANDSHAKE_PATIENCE,
    noDelay: true,
  });
  server.on('secureConnection', take);
  // A handshake that fails ends its own connection only.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return server;
}

function listen(server: Server, at: { readonly host: string; readonly port: number }) {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(at, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
