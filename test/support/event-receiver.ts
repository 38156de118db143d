/** A receiver of notifications on loopback that checks signatures and remembers what it was told. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A CloudEvent as it arrived. */
export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly source: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** A running receiver; `url` is `http://127.0.0.1:PORT/hook`. */
export interface EventReceiver {
  readonly url: string;
  /** Events whose signature was right, in the order of their arrival, repeats included. */
  readonly events: readonly ReceivedEvent[];
  /** Requests whose signature was wrong. */
  readonly forged: readonly string[];
  readonly close: () => Promise<void>;
}

/** What is done with a request after its signature was checked; unless told it is thanked for. */
export type Reaction = (response: ServerResponse, event: ReceivedEvent) => void | Promise<void>;

/** Starts a receiver that knows the secret. */
export async function startEventReceiver(
  secret: string,
  react: Reaction = (response) => void response.writeHead(204).end(),
): Promise<EventReceiver> {
  const events: ReceivedEvent[] = [];
  const forged: string[] = [];
  const server = createServer(async (request, response) => {
    response.on('error', () => undefined);
    const body = await text(request).catch(() => '');
    if (!isSigned(secret, request, body)) {
      forged.push(body);
      response.writeHead(401).end();
      return;
    }
    const event = JSON.parse(body) as ReceivedEvent;
    events.push(event);
    await react(response, event);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    events,
    forged,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** As docs/how-to/receive-notifications.md shows it. */
function isSigned(secret: string, request: IncomingMessage, body: string): boolean {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const signed = `${header('webhook-id')}.${header('webhook-timestamp')}.${body}`;
  const wanted = createHmac('sha256', secret).update(signed).digest();
  const given = Buffer.from(header('webhook-signature').replace(/^v1,/, ''), 'base64');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
