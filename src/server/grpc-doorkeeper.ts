/**
 * Who calls over gRPC, asked before a byte of the message is read: the library would otherwise hold
 * messages of strangers, as many at once as they open streams. A message that does not end in time
 * ends its call.
 */
import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  status as StatusCode,
} from '@grpc/grpc-js';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { Credentials } from './authenticate.ts';
import { BODY_PATIENCE } from './read-body.ts';

/** How a call ends: the library's own type is not exported. */
type CallEnd = Parameters<ServerInterceptingCallInterface['sendStatus']>[0];

/** What a doorkeeper needs to know. */
export interface DoorkeeperOptions {
  /** Throws for those who are nobody. */
  readonly authenticate: (shown: Credentials) => Promise<Caller>;
  /** How an error is told. */
  readonly statusOf: (error: unknown) => CallEnd;
  /** How long a whole message may take, in milliseconds; default: as long as over HTTP. */
  readonly patience?: number;
}

/** Lets calls in, and remembers whose they are. */
export interface Doorkeeper {
  readonly interceptor: ServerInterceptor;
  /** The caller of a call that was let in, by its metadata. */
  readonly callerOf: (metadata: Metadata) => Caller;
}

/** Makes a doorkeeper. */
export function createDoorkeeper(options: DoorkeeperOptions): Doorkeeper {
  const callers = new WeakMap<Metadata, Caller>();
  const { authenticate, statusOf } = options;
  return {
    interceptor: (_method, call) => {
      const clock = limitMessage(call, options.patience ?? BODY_PATIENCE);
      return new ServerInterceptingCall(call, {
        start: (next) =>
          next({
            onReceiveMetadata: (metadata, pass) => {
              authenticate(shownBy(call, metadata)).then(
                (caller) => {
                  callers.set(metadata, caller);
                  clock.start();
                  pass(metadata);
                },
                (error: unknown) => call.sendStatus(statusOf(error)),
              );
            },
            onReceiveHalfClose: (pass) => {
              clock.stop();
              pass();
            },
            onCancel: () => clock.stop(),
          }),
      });
    },
    callerOf: (metadata) => {
      const caller = callers.get(metadata);
      if (caller !== undefined) return caller;
      throw new AssayError('unauthenticated', 'the call has no caller');
    },
  };
}

function shownBy(call: ServerInterceptingCallInterface, metadata: Metadata): Credentials {
  const [authorization] = metadata.get('authorization');
  return {
    authorization: authorization?.toString(),
    address: addressOf(call.getPeer()),
    // The library tells of a certificate only where TLS has verified it.
    certificate: call.getAuthContext().sslPeerCertificate?.raw,
  };
}

/** The address of a peer `ADDRESS:PORT`, where IPv6 has brackets or not. */
function addressOf(peer: string): string {
  return peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

interface MessageClock {
  readonly start: () => void;
  readonly stop: () => void;
}

function limitMessage(call: ServerInterceptingCallInterface, patience: number): MessageClock {
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    const details = `the message did not end within ${patience} ms`;
    call.sendStatus({ code: StatusCode.DEADLINE_EXCEEDED, details });
  };
  return {
    start: () => {
      timer = setTimeout(end, patience);
      timer.unref();
    },
    stop: () => clearTimeout(timer),
  };
}
