/** What comes of servers that lie, stall, send without end, or send elsewhere. */
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import { type FeedAnswer, type FeedRequest, fetchFeed } from './fetch-feed.ts';
import { openGuardedFetch } from './guarded-fetch.ts';
import { collectBytes } from './verify-stream.ts';

const LIMITS = { redirects: 2, idleMs: 400, totalMs: 5000 };
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that writes raw answers, whatever HTTP says of them. */
async function serve(answer: (socket: Socket, request: string) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (data) => answer(socket, data.toString('latin1')));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/all.zip`;
}

const HEAD = 'HTTP/1.1 200 OK\r\nconnection: close\r\n';

async function ask(url: string, more: Partial<FeedRequest> = {}): Promise<FeedAnswer> {
  const { host } = new URL(url);
  const fetching = openGuardedFetch({ allowed: [host], flag: '--allow-feed-host' });
  const request = { url: new URL(url), what: 'Debian/all.zip', cap: 1000, ...more };
  return fetchFeed(fetching, request, LIMITS);
}

async function read(url: string, more: Partial<FeedRequest> = {}): Promise<string> {
  const answer = await ask(url, more);
  if (answer.kind !== 'content') return answer.kind;
  return Buffer.from(await collectBytes(answer.chunks(), 10_000, 'x')).toString();
}

describe('refuses, naming what and where,', () => {
  it.each<[string, string, string]>([
    ['fewer bytes than announced', `${HEAD}content-length: 9\r\n\r\nabc`, '127.0.0.1'],
    ['more bytes than the cap, unannounced', `${HEAD}\r\n${'x'.repeat(2000)}`, 'larger'],
    ['an announced length above the cap', `${HEAD}content-length: 1001\r\n\r\n`, 'larger'],
    [
      'what was compressed unasked',
      `${HEAD}content-encoding: gzip\r\n\r\n${gzipSync('x').toString('latin1')}`,
      'compressed',
    ],
    [
      'another hash',
      `${HEAD}x-goog-hash: crc32c=AA==\r\nx-goog-hash: md5=${'A'.repeat(22)}==\r\n\r\nabc`,
      'hash',
    ],
    ['304 without a question', 'HTTP/1.1 304 OK\r\n\r\n', 'answered 304'],
    ['no HTTP at all', 'SSH-2.0-OpenSSH\r\n', 'cannot be called'],
    ['headers without end', `${HEAD}x: ${'y'.repeat(70_000)}\r\n\r\n`, 'cannot be called'],
    ['a redirect to nowhere', 'HTTP/1.1 302 OK\r\nlocation: http://\r\n\r\n', 'no address'],
    [
      'a redirect into the own network',
      'HTTP/1.1 302 OK\r\nlocation: http://10.9.8.7/\r\n\r\n',
      '--allow-feed-host 10.9.8.7',
    ],
    [
      'a redirect to another port of this machine',
      'HTTP/1.1 307 OK\r\nlocation: http://127.0.0.1:1/\r\n\r\n',
      '127.0.0.1:1',
    ],
    ['a redirect to a file', 'HTTP/1.1 302 OK\r\nlocation: file:///etc/passwd\r\n\r\n', 'http'],
    [
      'a redirect with credentials',
      'HTTP/1.1 302 OK\r\nlocation: http://a:b@127.0.0.1/\r\n\r\n',
      'credentials',
    ],
  ])('%s', async (_, answer, named) => {
    const url = await serve((socket) => socket.end(answer, 'latin1'));
    await expect(read(url)).rejects.toThrow(named);
  });

  it('a server that takes the question and says nothing', async () => {
    const url = await serve(() => undefined);
    await expect(read(url)).rejects.toThrow(/Debian\/all\.zip at .*nothing came for 0\.4 s/);
  });

  it('a server that stops in the middle', async () => {
    const url = await serve((socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nabc`));
    await expect(read(url)).rejects.toThrow('nothing came');
  });

  it('what nobody wants any more', async () => {
    const url = await serve((socket) => socket.write(`${HEAD}content-length: 9\r\n\r\nabc`));
    const stop = new AbortController();
    const reading = read(url, { signal: stop.signal });
    setTimeout(() => stop.abort(new AssayError('aborted', 'the server stops')), 50);
    await expect(reading).rejects.toThrow('the server stops');
  });
});

describe('takes', () => {
  it('bytes that drip, as long as they come', async () => {
    const url = await serve((socket) => {
      socket.write(`${HEAD}content-length: 5\r\n\r\n`);
      let left = 5;
      const timer = setInterval(() => {
        left -= 1;
        socket.write('x');
        if (left === 0) clearInterval(timer);
      }, 100);
    });
    expect(await read(url)).toBe('xxxxx');
  });

  it('a redirect within what is allowed, and asks there as it asked before', async () => {
    const asked: string[] = [];
    const url = await serve((socket, request) => {
      asked.push(request);
      const there = request.startsWith('GET /there');
      socket.end(there ? 'HTTP/1.1 304 OK\r\n\r\n' : 'HTTP/1.1 302 OK\r\nlocation: /there\r\n\r\n');
    });
    expect(await read(url, { known: { etag: '"e"' } })).toBe('unchanged');
    expect(asked[1]).toMatch(/^if-none-match: "e"\r$/im);
  });

  it('the hash of what is stored compressed for what it is', async () => {
    const head = `${HEAD}x-goog-stored-content-encoding: gzip\r\n`;
    const url = await serve((socket) =>
      socket.end(`${head}x-goog-hash: md5=${'A'.repeat(22)}==\r\n\r\nabc`),
    );
    expect(await read(url)).toBe('abc');
  });

  it('no validator that could not be sent back', async () => {
    const long = 'e'.repeat(2000);
    const url = await serve((socket) => socket.end(`${HEAD}etag: "${long}"\r\n\r\nabc`));
    expect(await ask(url)).toMatchObject({ kind: 'content', validators: {} });
  });
});
