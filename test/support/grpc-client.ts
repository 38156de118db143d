/** A plain gRPC client for tests: any bytes to any method, the status back. */
import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';

/** How to reach a server. */
export interface GrpcTarget {
  /** `HOST:PORT`. */
  readonly address: string;
  /** The authority of its certificate (PEM); absent: plaintext. */
  readonly ca?: string;
}

/** What is sent along with the bytes. */
export interface GrpcExtras {
  readonly token?: string;
  /** Milliseconds from now. */
  readonly deadline?: number;
}

/** A client; close it. */
export interface GrpcClient {
  /** Calls `/SERVICE/METHOD`; resolves to the answer's bytes, or to the error. */
  readonly send: (
    path: string,
    bytes: Uint8Array,
    extras?: GrpcExtras,
  ) => Promise<Buffer | ServiceError>;
  readonly close: () => void;
}

/** Connects when the first call is made. */
export function grpcClient({ address, ca }: GrpcTarget): GrpcClient {
  const channel =
    ca === undefined ? credentials.createInsecure() : credentials.createSsl(Buffer.from(ca));
  const client = new Client(address, channel);
  return {
    send: (path, bytes, extras = {}) => send(client, { path, bytes, ...extras }),
    close: () => client.close(),
  };
}

interface Sent extends GrpcExtras {
  readonly path: string;
  readonly bytes: Uint8Array;
}

function send(client: Client, { path, bytes, token, deadline }: Sent) {
  const metadata = new Metadata();
  if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
  const options = deadline === undefined ? {} : { deadline: Date.now() + deadline };
  const same = (value: Buffer): Buffer => value;
  return new Promise<Buffer | ServiceError>((resolve) => {
    client.makeUnaryRequest(
      path,
      same,
      same,
      Buffer.from(bytes),
      metadata,
      options,
      (error, answer) => resolve(error ?? answer ?? Buffer.alloc(0)),
    );
  });
}
