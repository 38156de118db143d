/**
 * `assay registry serve` as the registry of names: what comes by way of a proxy is answered for
 * those names alone, and nothing is ever forwarded.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AssayService } from '../support/assay-service.ts';
import { startService } from '../support/assay-service.ts';

let folder = '';
let registry: AssayService;
let plain: AssayService;
let port = 0;
/** What must never be reached. */
let victim = createServer();
let reached = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'registry-proxy-'));
  const args = ['registry', 'serve', join(folder, 'images'), '--listen', '127.0.0.1:0'];
  const names = ['--host', 'gcr.io.local', '--host', 'gcr.io'];
  registry = await startService([...args, ...names, '--proxy-ca', join(folder, 'ca.pem')]);
  plain = await startService(args.map((one) => one.replace('images', 'other')));
  port = portOf(registry);
  victim = createServer((_request, response) => {
    reached += 1;
    response.end();
  });
  victim.on('connection', () => (reached += 1));
  await new Promise<void>((resolve) => victim.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  victim.close();
  await registry?.stop();
  await plain?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function portOf({ ready }: AssayService): number {
  return Number(new URL(ready['http'] ?? '').port);
}

/** Sends lines as they are and reads what comes until the end. */
async function send(lines: readonly string[], to = port): Promise<string> {
  const socket = connect(to, '127.0.0.1');
  socket.end(`${lines.join('\r\n')}\r\n\r\n`);
  return text(socket);
}

async function statusOf(target: string, ...headers: readonly string[]): Promise<number> {
  const answer = await send([`GET ${target} HTTP/1.1`, ...headers, 'Connection: close']);
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
}

function victimHost(): string {
  return `127.0.0.1:${(victim.address() as AddressInfo).port}`;
}

describe('a target in absolute form', () => {
  it.each([
    ['a named host', 'http://gcr.io.local/v2/', 'gcr.io.local'],
    ['a named host in capitals', 'http://GCR.io.local/v2/', 'GCR.io.local'],
    ['a named host with its usual port', 'http://gcr.io.local:80/v2/', 'gcr.io.local:80'],
    ['no path', 'http://gcr.io.local', 'gcr.io.local'],
  ])('is answered for %s', async (_name, target, host) => {
    const found = await statusOf(target, `Host: ${host}`);
    expect(found).toBe(target.endsWith('/v2/') ? 200 : 404);
  });

  it('is answered for this machine at our own port, as for a stock client', async () => {
    const own = `127.0.0.1:${port}`;
    expect(await statusOf(`http://${own}/v2/`, `Host: ${own}`)).toBe(200);
    expect(await statusOf('/v2/', `Host: ${own}`)).toBe(200);
  });

  it.each([
    ['another host', 'http://example.org/v2/', ['Host: example.org'], 403],
    ['a name below ours', 'http://x.gcr.io.local/v2/', ['Host: x.gcr.io.local'], 403],
    ['a name that begins like ours', 'http://gcr.io.local.evil/', ['Host: gcr.io.local.evil'], 403],
    ['our name at another port', 'http://gcr.io.local:22/v2/', ['Host: gcr.io.local:22'], 403],
    ['this machine at its usual port', 'http://localhost/v2/', ['Host: localhost'], 403],
    ['metadata', 'http://169.254.169.254/v2/', ['Host: 169.254.169.254'], 403],
    ['another Host than its own', 'http://gcr.io.local/v2/', ['Host: localhost'], 400],
    ['a foreign target under our Host', 'http://example.org/v2/', ['Host: gcr.io.local'], 400],
    ['two Hosts', 'http://gcr.io.local/v2/', ['Host: gcr.io.local', 'Host: localhost'], 400],
    ['two Hosts in the usual form', '/v2/', ['Host: gcr.io.local', 'Host: evil'], 400],
    ['a user in the target', 'http://gcr.io.local@evil/v2/', ['Host: gcr.io.local'], 404],
    ['https', 'https://gcr.io.local/v2/', ['Host: gcr.io.local'], 404],
    ['no host', 'http:///v2/', ['Host: gcr.io.local'], 400],
  ])('is refused for %s', async (_name, target, headers, status) => {
    expect(await statusOf(target, ...headers)).toBe(status);
  });

  it('is refused for a server of this machine, which is not reached', async () => {
    const host = victimHost();
    const answer = await send([`GET http://${host}/v2/ HTTP/1.1`, `Host: ${host}`]);
    expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*set no_proxy=127\.0\.0\.1/);
    expect(reached).toBe(0);
  });

  it.each([
    ['both lengths', ['Content-Length: 4', 'Transfer-Encoding: chunked']],
    ['two lengths', ['Content-Length: 4', 'Content-Length: 5']],
    ['a space before the colon', ['Content-Length : 4']],
  ])('with %s is no request', async (_name, headers) => {
    expect(await statusOf('http://gcr.io.local/v2/', 'Host: gcr.io.local', ...headers)).toBe(400);
  });
});

describe('CONNECT', () => {
  it('to a named host is answered over TLS by the authority of this run', async () => {
    const ca = readFileSync(registry.ready['ca'] ?? '', 'utf8');
    const answer = await throughTunnel('gcr.io', ca, 'GET /v2/ HTTP/1.1\r\nHost: gcr.io');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('lets nobody through to another name inside the tunnel', async () => {
    const ca = readFileSync(registry.ready['ca'] ?? '', 'utf8');
    const inside = (head: string): Promise<string> => throughTunnel('gcr.io', ca, head);
    expect(await inside('GET /v2/ HTTP/1.1\r\nHost: evil')).toMatch(/ 403 /);
    expect(await inside('GET http://evil/v2/ HTTP/1.1\r\nHost: evil')).toMatch(/ 403 /);
  });

  it.each(['example.org:443', 'gcr.io:22', 'gcr.io', 'gcr.io.evil:443', 'gcr.io:443:443', ':443'])(
    'to %s is refused',
    async (target) => {
      expect(await send([`CONNECT ${target} HTTP/1.1`, `Host: ${target}`])).toMatch(/ 403 |^$/);
    },
  );

  it('to a server of this machine is refused, and the server not reached', async () => {
    const host = victimHost();
    expect(await send([`CONNECT ${host} HTTP/1.1`, `Host: ${host}`])).toMatch(/ 403 /);
    expect(reached).toBe(0);
  });

  it('is refused altogether where no name is given', async () => {
    const head = ['CONNECT gcr.io:443 HTTP/1.1', 'Host: gcr.io:443'];
    expect(await send(head, portOf(plain))).toMatch(/ 403 /);
    expect(await send(['GET http://gcr.io/v2/ HTTP/1.1', 'Host: gcr.io'], portOf(plain))).toMatch(
      / 403 /,
    );
  });
});

async function throughTunnel(host: string, ca: string, head: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`);
  const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve));
  expect(answer.toString()).toBe('HTTP/1.1 200 Connection established\r\n\r\n');
  const secure = connectTls({ socket, servername: host, ca });
  secure.write(`${head}\r\nConnection: close\r\n\r\n`);
  return text(secure);
}

describe('what it is started with', () => {
  it.each([
    ['--host', 'gcr.io:443'],
    ['--host', '*'],
    ['--host', 'http://gcr.io'],
    ['--proxy-ca', 'unused.pem'],
    ['--upstream', 'http://registry.example'],
    ['--upstream', 'https://user:secret@registry.example'],
    ['--upstream', 'ftp://registry.example'],
    ['--upstream', 'https://registry.example/path'],
  ])('is refused where it is %s %s', async (flag, value) => {
    const args = ['registry', 'serve', join(folder, 'none'), '--listen', '127.0.0.1:0'];
    const started = startService([...args, flag, value]);
    await expect(started).rejects.toThrow(flag);
    await expect(started).rejects.not.toThrow('secret');
  });
});
