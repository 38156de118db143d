/** What strangers and sluggards may make a gRPC server hold. */
import { once } from 'node:events';
import { connect } from 'node:http2';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import { afterEach, expect, it } from 'vitest';
import { createDoorkeeper, type DoorkeeperOptions } from './grpc-doorkeeper.ts';

const PATH = '/a.B/C';
let server: Server | undefined;
afterEach(() => server?.forceShutdown());

/** Serves a method that never answers behind a doorkeeper; answers the port. */
function serve(options: Partial<DoorkeeperOptions>): Promise<number> {
  const doorkeeper = createDoorkeeper({
    authenticate: async () => ({ name: 'token:t', grants: [] }),
    statusOf: () => ({ code: status.UNAUTHENTICATED, details: 'nobody' }),
    ...options,
  });
  const made = new Server({ interceptors: [doorkeeper.interceptor] });
  server = made;
  const same = (bytes: Buffer): Buffer => bytes;
  const wire = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  const method = { path: PATH, requestStream: false, responseStream: false, ...wire };
  made.addService({ C: method }, { C: () => undefined });
  return new Promise((resolve) => {
    const insecure = ServerCredentials.createInsecure();
    made.bindAsync('127.0.0.1:0', insecure, (_error, port) => resolve(port));
  });
}

/** Opens a call and sends the beginning of a message; answers the status that ends it. */
async function halfACall(port: number): Promise<unknown> {
  const session = connect(`http://127.0.0.1:${port}`);
  const head = { ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc' };
  const stream = session.request({ ...head, te: 'trailers' }, { endStream: false });
  // A stream that is answered before its message ends breaks off.
  stream.on('error', () => undefined);
  stream.write(Buffer.from([0, 0, 0, 0xff, 0xff, 1, 2, 3]));
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  session.destroy();
  return Number(headers['grpc-status']);
}

it('a stranger is answered before any message is there', async () => {
  const refused = new Error('nobody');
  const port = await serve({ authenticate: () => Promise.reject(refused) });
  expect(await halfACall(port)).toBe(status.UNAUTHENTICATED);
});

it('a message that never ends does not hold its call open', async () => {
  const port = await serve({ patience: 50 });
  expect(await halfACall(port)).toBe(status.DEADLINE_EXCEEDED);
});
