/** HTTP servers on free loopback ports for tests: they answer as told, and remember requests. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server saw of one request. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly body: string;
}

/** A running server; `host` is `127.0.0.1:PORT`. */
export interface LoopbackServer {
  readonly host: string;
  readonly seen: readonly SeenRequest[];
  close(): Promise<void>;
}

/** What answers: it may look at the request's body, which is complete. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** Starts a server that answers every request with one function. */
export async function startLoopbackServer(answer: Answer): Promise<LoopbackServer> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (request, response) => {
    const message = await readRequest(request);
    seen.push(message);
    answer(message, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { host: `127.0.0.1:${port}`, seen, close: () => stop(server) };
}

async function readRequest(request: IncomingMessage): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    authorization: request.headers.authorization,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
