/**
 * Calls over gRPC: bytes to a request message, the handler that REST has too, and the answer back
 * to bytes. Loaded with its library when the first client connects.
 */
import type { Socket } from 'node:net';
import {
  type handleUnaryCall,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceDefinition,
  status as StatusCode,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { AssayError, ERROR_CODES } from '../domain/error.ts';
import { errorInfoToJson } from '../google/error-message.ts';
import { createGrpcCodec, type GrpcCodec } from '../google/grpc-codec.ts';
import { requestFromGrpc } from '../google/grpc-request.ts';
import { API_METHODS, type ApiMethod } from '../google/methods.ts';
import type { Deps } from '../operations/deps.ts';
import { authenticateCaller, type Authenticator } from './authenticate.ts';
import { knownError } from './error-response.ts';
import { answerGoogleCall } from './google-handlers.ts';
import { createDoorkeeper, type Doorkeeper } from './grpc-doorkeeper.ts';
import { MAX_BODY_BYTES } from './http-listener.ts';

/** Answers the calls of connections that were taken. */
export interface GrpcService {
  readonly take: (connection: Socket) => void;
  readonly close: () => Promise<void>;
}

/** Calls of one connection at once. */
const MAX_STREAMS = 100;
/** A connection without calls is closed after this, in milliseconds. */
const IDLE_PATIENCE = 300_000;
/** How often a silent client is asked whether it is still there, and how long it may take. */
const KEEPALIVE = { every: 60_000, patience: 20_000 };
/** Calls that run when the server stops have this long, in milliseconds. */
const STOP_PATIENCE = 5000;

const LIMITS = {
  'grpc.max_receive_message_length': MAX_BODY_BYTES,
  'grpc.max_send_message_length': -1,
  'grpc.max_concurrent_streams': MAX_STREAMS,
  'grpc.max_connection_idle_ms': IDLE_PATIENCE,
  'grpc.keepalive_time_ms': KEEPALIVE.every,
  'grpc.keepalive_timeout_ms': KEEPALIVE.patience,
};

interface Context {
  readonly deps: Deps;
  readonly codec: GrpcCodec;
  readonly doorkeeper: Doorkeeper;
}

type Call = ServerUnaryCall<Buffer, Uint8Array>;

/** Starts answering: every method of the descriptors is known, also those that are not served. */
export function createGrpcService(deps: Deps, authenticator: Authenticator): GrpcService {
  const codec = createGrpcCodec();
  const doorkeeper = createDoorkeeper({
    authenticate: (shown) => authenticateCaller(authenticator, shown),
    statusOf: (error) => statusOf({ deps, codec }, error),
  });
  const context: Context = { deps, codec, doorkeeper };
  const server = new Server({ ...LIMITS, interceptors: [doorkeeper.interceptor] });
  const services = Map.groupBy(API_METHODS, ({ id }) => id.slice(0, id.lastIndexOf('.')));
  for (const [service, methods] of services) {
    server.addService(definitionOf(service, methods), handlersOf(context, methods));
  }
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    take: (connection: Socket) => injector.injectConnection(connection),
    close: async () => {
      injector.drain(STOP_PATIENCE);
      await stop(server);
    },
  };
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.forceShutdown(), STOP_PATIENCE);
    server.tryShutdown(() => {
      clearTimeout(force);
      resolve();
    });
  });
}

/** Messages stay bytes here: what cannot be read is answered by our own words. */
function definitionOf(service: string, methods: readonly ApiMethod[]): ServiceDefinition {
  const same = (bytes: Buffer): Buffer => bytes;
  return Object.fromEntries(
    methods.map(({ name }) => [
      name,
      {
        path: `/${service}/${name}`,
        requestStream: false,
        responseStream: false,
        requestSerialize: same,
        requestDeserialize: same,
        responseSerialize: same,
        responseDeserialize: same,
      },
    ]),
  );
}

function handlersOf(context: Context, methods: readonly ApiMethod[]): UntypedServiceImplementation {
  const handler =
    (method: ApiMethod): handleUnaryCall<Buffer, Uint8Array> =>
    (call, callback) => {
      answer(context, method, call).then(
        (bytes) => callback(null, bytes),
        (error: unknown) => callback(statusOf(context, error)),
      );
    };
  return Object.fromEntries(methods.map((method) => [method.name, handler(method)]));
}

async function answer(context: Context, method: ApiMethod, call: Call): Promise<Uint8Array> {
  const { deps, codec, doorkeeper } = context;
  const caller = doorkeeper.callerOf(call.metadata);
  // The library ends a call whose deadline has passed or that was given up: nobody hears of it.
  if (call.cancelled) throw new AssayError('unavailable', 'the call was given up');
  const json = await answerGoogleCall(deps, method, () => ({
    caller,
    version: method.version,
    ...requestFromGrpc(method, codec.decode(method.request, call.request)),
  }));
  return Buffer.from(codec.encode(method.response, json));
}

function statusOf({ deps, codec }: Pick<Context, 'deps' | 'codec'>, error: unknown) {
  const known = knownError(deps.log, error, deps.newId());
  const code = codeOf(known);
  const metadata = new Metadata();
  const details = { code, message: known.message, details: [errorInfoToJson(known)] };
  metadata.set('grpc-status-details-bin', Buffer.from(codec.encode('google.rpc.Status', details)));
  return { code, details: known.message, metadata };
}

function codeOf(error: AssayError): StatusCode {
  const { status } = ERROR_CODES[error.code];
  return StatusCode[status as keyof typeof StatusCode];
}
