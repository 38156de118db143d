/** One HTTP request as bytes on a socket, so that a test may send what no client would. */
import { connect, type Socket } from 'node:net';

/** What is sent; the body's length is told unless a header of the row tells another. */
export interface RawRequest {
  readonly method: string;
  /** Path and query, exactly as they go out. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** What came back: everything until the server closed. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Longest wait for the end of an answer, in milliseconds. */
const PATIENCE = 20_000;

/** Sends a request on a connection of its own and reads to the connection's end. */
export async function sendRaw(base: string, request: RawRequest): Promise<RawAnswer> {
  const exchange = await startExchange(base, request);
  exchange.socket.write(Buffer.from(request.body ?? ''));
  return parseAnswer(await exchange.answer);
}

/** How an endless body fared. */
export interface PouredAnswer {
  /** Bytes that were taken from us, those in the system's buffers included. */
  readonly taken: number;
  readonly answer: string;
}

/** Sends a request whose body does not end, as chunks, until the server hangs up. */
export async function pourRaw(base: string, request: RawRequest): Promise<PouredAnswer> {
  const { socket, answer } = await startExchange(base, request);
  const piece = Buffer.alloc(0x10000, ' ');
  const chunk = Buffer.concat([Buffer.from('10000\r\n'), piece, Buffer.from('\r\n')]);
  while (socket.writable) {
    const drained = new Promise((resolve) => void socket.once('drain', resolve));
    if (!socket.write(chunk)) await Promise.race([drained, answer]);
  }
  return { answer: await answer, taken: socket.bytesWritten };
}

interface Exchange {
  readonly socket: Socket;
  /** What came until the connection's end. */
  readonly answer: Promise<string>;
}

async function startExchange(base: string, request: RawRequest): Promise<Exchange> {
  const { hostname, port, host } = new URL(base);
  const socket = connect(Number(port), hostname);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A server that hangs up on a body that it will not read resets the connection.
  socket.on('error', () => undefined);
  socket.setTimeout(PATIENCE, () => socket.destroy());
  const closed = new Promise((resolve) => void socket.once('close', resolve));
  await new Promise((resolve) => void socket.once('connect', resolve));
  socket.write(headOf(request, host));
  return { socket, answer: closed.then(() => Buffer.concat(chunks).toString('utf8')) };
}

/** The head of a request as bytes; text beyond ASCII goes out as UTF-8. */
function headOf({ method, path, headers, body }: RawRequest, host: string): Buffer {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const all = { host, connection: 'close', ...length, ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
}

function parseAnswer(answer: string): RawAnswer {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const [first = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line) => {
    const [name = '', ...value] = line.split(':');
    return [name.toLowerCase(), value.join(':').trim()] as const;
  });
  const status = Number(first.split(' ')[1] ?? 0);
  return { status, headers: Object.fromEntries(headers), text: rest.join('\r\n\r\n') };
}
