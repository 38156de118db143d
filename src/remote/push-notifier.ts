/**
 * Telling a server of pushes to our small registry, in the form of CNCF distribution. A queue in
 * memory, one request at a time, tried again while the server cannot be reached: what is lost with
 * this process a poll finds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { AssayError } from '../domain/error.ts';
import { isLoopbackHost } from '../domain/loopback.ts';

/** A manifest that was pushed. */
export interface PushedImage {
  /** The host by which the client called the registry. */
  readonly host: string;
  readonly repository: string;
  readonly tag?: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly size: number;
}

/** Tells of pushes. */
export interface PushNotifier {
  /** Puts a push into the queue; the oldest is dropped where it is full. */
  readonly tell: (push: PushedImage) => void;
  /** Ends the telling; what still waits is dropped. */
  readonly close: () => void;
}

/** Whom to tell, and how. */
export interface PushNotifierOptions {
  /** The server's address, e.g. `https://assay.example`, or the whole one of its endpoint. */
  readonly url: string;
  readonly token: string;
  readonly newId: () => string;
  readonly now: () => number;
  readonly warn: (fields: object, message: string) => void;
}

const ENDPOINT = '/api/v1/notifications/docker-distribution';
const MEDIA_TYPE = 'application/vnd.docker.distribution.events.v1+json';
const MAX_WAITING = 1000;
const TIMEOUT_MS = 10_000;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 60_000;

/** Makes a notifier; refuses an address with credentials, and plain http beyond this machine. */
export function openPushNotifier(options: PushNotifierOptions): PushNotifier {
  const url = readUrl(options.url);
  const waiting: string[] = [];
  const stop = new AbortController();
  let running = false;
  const run = async (): Promise<void> => {
    running = true;
    let failures = 0;
    for (let body = waiting[0]; body !== undefined && !stop.signal.aborted; body = waiting[0]) {
      const again = await send(url, { ...options, body, signal: stop.signal });
      if (!again && waiting[0] === body) waiting.shift();
      failures = again ? failures + 1 : 0;
      const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(20, failures - 1));
      const pause = { signal: stop.signal, ref: false };
      if (again) await sleep(wait, undefined, pause).catch(() => undefined);
    }
    running = false;
  };
  return {
    tell: (push) => {
      waiting.push(envelopeOf(push, options));
      if (waiting.length > MAX_WAITING) {
        waiting.shift();
        options.warn({}, 'the server takes no word of pushes; the oldest is dropped');
      }
      if (!running) void run();
    },
    close: () => stop.abort(),
  };
}

function readUrl(text: string): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '') {
    throw new AssayError('invalid-argument', '--notify is no URL such as https://assay.example');
  }
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    const message = '--notify is plain http beyond this machine, where its token would be read';
    throw new AssayError('invalid-argument', `${message}; use https`);
  }
  return url.pathname === '/' ? new URL(ENDPOINT, url) : url;
}

function envelopeOf(push: PushedImage, { newId, now }: PushNotifierOptions): string {
  const { host, tag, ...target } = push;
  const event = {
    id: newId(),
    timestamp: new Date(now() / 1000).toISOString(),
    action: 'push',
    target: { ...target, ...(tag === undefined ? {} : { tag }) },
    request: { host },
  };
  return JSON.stringify({ events: [event] });
}

interface Sending extends PushNotifierOptions {
  readonly body: string;
  readonly signal: AbortSignal;
}

/** Sends one envelope; answers whether it is to be sent again. */
async function send(url: URL, sending: Sending): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${sending.token}`, 'content-type': MEDIA_TYPE },
      body: sending.body,
      redirect: 'error',
      signal: AbortSignal.any([sending.signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await answer.body?.cancel();
    if (answer.ok) return false;
    const { status } = answer;
    sending.warn({}, `the server at ${url.host} answered ${status} to word of a push`);
    return status === 429 || status >= 500;
  } catch {
    if (sending.signal.aborted) return false;
    sending.warn({}, `the server at ${url.host} cannot be told of a push; it is tried again`);
    return true;
  }
}
