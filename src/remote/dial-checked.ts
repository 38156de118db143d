/**
 * Connecting to an address that was checked, under the host's own name for TLS and HTTP: a name
 * that resolves differently a moment later leads nowhere else.
 */
import type { Socket } from 'node:net';
import type { buildConnector } from 'undici';
import { AssayError } from '../domain/error.ts';
import { placeOfAddress } from './inner-address.ts';

type Connector = buildConnector.connector;
type Options = buildConnector.Options;

/** How a connection is made. */
export interface CheckedDial {
  /** The addresses of a host that may be dialled, in order; throws where there is a bad one. */
  readonly addressesOf: (options: Options) => Promise<readonly string[]>;
  /** What dials, with the authorities that are right for the host. */
  readonly connectorFor: (options: Options) => Promise<Connector>;
}

/** A connector that checks the host for each connection, then tries its addresses in order. */
export function checkedConnector({ addressesOf, connectorFor }: CheckedDial): Connector {
  return (options, callback) => {
    const dial = async (): Promise<Socket> => {
      const addresses = await addressesOf(options);
      const connect = await connectorFor(options);
      for (const [index, address] of addresses.entries()) {
        try {
          return await connectTo(connect, options, address);
        } catch (error) {
          if (index === addresses.length - 1) throw error;
        }
      }
      throw Object.assign(new Error('a host has no address'), { code: 'ENOTFOUND' });
    };
    dial().then(
      (socket) => callback(null, socket),
      (error: Error) => callback(error, null),
    );
  };
}

/** The name for TLS comes from `options.host`, which stays. */
function connectTo(connect: Connector, options: Options, address: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    connect({ ...options, hostname: address }, (error, socket) => {
      // Despite its type, the socket is undefined where there is an error.
      if (error !== null) return reject(error);
      const problem = strayed(socket, address);
      if (problem === undefined) return resolve(socket);
      socket.destroy();
      reject(problem);
    });
  });
}

/** A last look at where the connection went in fact. */
function strayed(socket: Socket, address: string): AssayError | undefined {
  const { remoteAddress } = socket;
  if (remoteAddress === undefined) return undefined;
  if (placeOfAddress(remoteAddress) === placeOfAddress(address)) return undefined;
  return new AssayError('permission-denied', 'a connection went elsewhere than it was sent');
}
