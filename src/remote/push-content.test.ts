/** Pushing to registries that are busy, that send us elsewhere, and that keep something else. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type OwnRegistry, startOwnRegistry } from '../../test/support/own-registry.ts';
import {
  type LoopbackServer,
  type SeenRequest,
  startLoopbackServer,
} from '../../test/support/loopback-server.ts';
import { realProgram } from '../../test/support/real.ts';
import { startStockRegistry } from '../../test/support/stock-registry.ts';
import { AssayError } from '../domain/error.ts';
import { openRegistryClient, type RegistryClient } from './registry-client.ts';
import type { RemoteLimits } from './remote-limits.ts';
import { collectBytes, digestOf } from './verify-stream.ts';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const PAYLOAD = Buffer.from('the payload');
const SECRET = 'hunter2-s3cret';
const stock = realProgram('docker-registry');
const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

async function clientFor(
  host: string,
  limits: Partial<RemoteLimits> = {},
): Promise<RegistryClient> {
  const folder = await mkdtemp(join(tmpdir(), 'assay-push-'));
  const dockerConfig = join(folder, 'config.json');
  const auths = { [host]: { username: 'user', password: SECRET } };
  await writeFile(dockerConfig, JSON.stringify({ auths }));
  const client = openRegistryClient({ dockerConfig, limits: { retryMs: 1500, ...limits } });
  open.push(client, { close: () => rm(folder, { recursive: true }) });
  return client;
}

type Told = (request: SeenRequest, response: ServerResponse, times: number) => boolean | void;

/** A registry that takes everything, but for what it is told. */
async function registryOf(told: Told): Promise<LoopbackServer> {
  const times = new Map<string, number>();
  const server = await startLoopbackServer((request, response) => {
    const key = `${request.method} ${request.url.split('?')[0]}`;
    times.set(key, (times.get(key) ?? 0) + 1);
    if (told(request, response, times.get(key) ?? 0) !== true) takeIt(request, response);
  });
  open.push(server);
  return server;
}

function takeIt({ method }: SeenRequest, response: ServerResponse): void {
  if (method === 'HEAD') return void response.writeHead(404).end();
  const location = '/v2/team/app/blobs/uploads/1?state=s';
  if (method === 'POST') return void response.writeHead(202, { location }).end();
  response.writeHead(201).end();
}

const say = (method: string, status: number, headers: Record<string, string> = {}): Told =>
  function tell(request, response) {
    if (request.method !== method) return false;
    response.writeHead(status, headers).end();
    return true;
  };

async function failure(work: Promise<unknown>): Promise<AssayError> {
  const error: unknown = await work.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AssayError)) throw error;
  expect(`${error.message}${JSON.stringify(error.details)}`).not.toContain(SECRET);
  return error;
}

const at = (host: string) => ({ domain: host, path: 'team/app' });
const asked = ({ seen }: LoopbackServer): string[] => seen.map(({ method }) => method);

describe('pushing a blob', () => {
  it('asks whether it is there, and sends it to the place that it is told', async () => {
    const server = await registryOf(() => false);
    const client = await clientFor(server.host);
    const digest = await client.pushBlob(at(server.host), PAYLOAD);
    expect(digest).toBe(`sha256:${createHash('sha256').update(PAYLOAD).digest('hex')}`);
    expect(server.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['HEAD', `/v2/team/app/blobs/${digest}`, ''],
      ['POST', '/v2/team/app/blobs/uploads/', ''],
      [
        'PUT',
        `/v2/team/app/blobs/uploads/1?state=s&digest=${encodeURIComponent(digest)}`,
        'the payload',
      ],
    ]);
  });

  it('sends nothing that is there', async () => {
    const server = await registryOf(say('HEAD', 200));
    await (await clientFor(server.host)).pushBlob(at(server.host), PAYLOAD);
    expect(asked(server)).toEqual(['HEAD']);
  });

  it('begins again where a registry is busy, as often as reads do', async () => {
    const busy: Told = (request, response, times) => {
      if (request.method !== 'PUT' || times > 1) return false;
      response.writeHead(429, { 'retry-after': '0' }).end();
      return true;
    };
    const server = await registryOf(busy);
    await (await clientFor(server.host)).pushBlob(at(server.host), PAYLOAD);
    expect(asked(server)).toEqual(['HEAD', 'POST', 'PUT', 'HEAD', 'POST', 'PUT']);
  });

  it('gives up on a registry that stays busy', async () => {
    const server = await registryOf(say('POST', 429, { 'retry-after': '0' }));
    const client = await clientFor(server.host);
    const error = await failure(client.pushBlob(at(server.host), PAYLOAD));
    expect([error.code, asked(server).length]).toEqual(['unavailable', 6]);
  });

  it('refuses to hold too much, unasked', async () => {
    const server = await registryOf(() => false);
    const client = await clientFor(server.host, { pushBytes: 4 });
    const error = await failure(client.pushBlob(at(server.host), PAYLOAD));
    expect([error.code, server.seen.length]).toEqual(['too-large', 0]);
  });
});

describe('a hostile registry', () => {
  it.each([
    ['no Location', () => ({}), /names no place/],
    [
      'a Location at another port',
      (host: string) => ({ location: `http://${host}/x` }),
      /own host/,
    ],
    ['a Location elsewhere', () => ({ location: 'https://elsewhere.example/x' }), /own host/],
    ['a Location in the clear', () => ({ location: 'http://elsewhere.example/' }), /not encrypted/],
    ['a Location of another kind', () => ({ location: 'file:///etc/passwd' }), /not http/],
    ['a Location with a password', () => ({ location: 'https://a:b@127.0.0.1/' }), /password/],
    ['an endless Location', () => ({ location: `/v2/${'x'.repeat(9000)}` }), /too many/],
  ])('gets nothing for %s', async (_title, headers, why) => {
    const victim = await registryOf(() => false);
    const server = await registryOf(say('POST', 202, headers(victim.host)));
    const client = await clientFor(server.host);
    const error = await failure(client.pushBlob(at(server.host), PAYLOAD));
    expect(error).toMatchObject({ code: 'registry-refused', message: expect.stringMatching(why) });
    expect(asked(server)).toEqual(['HEAD', 'POST']);
    expect(victim.seen).toEqual([]);
  });

  it.each([
    [307, 'another host', (host: string) => `http://${host}/x`, /own|itself/],
    [303, 'another method', () => '/v2/team/app/blobs/uploads/', /itself/],
    [307, 'itself for ever', () => '/v2/team/app/blobs/uploads/', /more than 5 times/],
  ])('that redirects (%i) to %s is not followed', async (status, _title, location, why) => {
    const victim = await registryOf(() => false);
    const server = await registryOf(say('POST', status, { location: location(victim.host) }));
    const client = await clientFor(server.host);
    const error = await failure(client.pushBlob(at(server.host), PAYLOAD));
    expect(error).toMatchObject({ code: 'registry-refused', message: expect.stringMatching(why) });
    expect([victim.seen.length, server.seen.length <= 7]).toEqual([0, true]);
  });

  it('that keeps another digest is named', async () => {
    const headers = { 'docker-content-digest': `sha256:${'a'.repeat(64)}` };
    const server = await registryOf(say('PUT', 201, headers));
    const client = await clientFor(server.host);
    const blob = await failure(client.pushBlob(at(server.host), PAYLOAD));
    const bytes = Buffer.from('{}');
    const push = { repository: at(server.host), tag: 'v1', bytes, mediaType: MANIFEST_TYPE };
    const manifest = await failure(client.pushManifest(push));
    expect([blob.code, manifest.code]).toEqual(['digest-mismatch', 'digest-mismatch']);
  });

  it.each([
    [400, 'registry-refused', 1],
    [405, 'registry-refused', 1],
    [413, 'registry-refused', 1],
    [403, 'registry-refused', 1],
    [404, 'not-found', 1],
    [503, 'unavailable', 3],
  ])('that answers a manifest with %i is %s', async (status, code, times) => {
    const server = await registryOf(say('PUT', status, { 'retry-after': '0' }));
    const client = await clientFor(server.host);
    const push = { repository: at(server.host), bytes: PAYLOAD, mediaType: MANIFEST_TYPE };
    const error = await failure(client.pushManifest(push));
    expect([error.code, server.seen.length]).toEqual([code, times]);
  });
});

it('a token is asked for pushing, also where the registry offers one for pulling', async () => {
  const server = await registryOf((request, response) => {
    if (request.url.startsWith('/token')) {
      response.end(
        JSON.stringify({ token: new URL(request.url, 'http://x').searchParams.get('scope') }),
      );
      return true;
    }
    if (request.authorization?.startsWith('Bearer ') === true) return false;
    const scope = 'scope="repository:team/app:pull"';
    const header = `Bearer realm="http://${server.host}/token",service="s",${scope}`;
    response.writeHead(401, { 'www-authenticate': header }).end();
    return true;
  });
  await (await clientFor(server.host)).pushBlob(at(server.host), PAYLOAD);
  const used = server.seen.filter(({ url }) => url.startsWith('/v2/')).slice(1);
  expect(new Set(used.map((one) => one.authorization))).toEqual(
    new Set(['Bearer repository:team/app:pull,push']),
  );
});

describe('real registries', () => {
  /** An artifact that is attached to nothing that is there, pushed and read again. */
  async function roundTrip(host: string): Promise<readonly unknown[]> {
    const client = await clientFor(host);
    const repository = at(host);
    const config = await client.pushBlob(repository, Buffer.from('{}'));
    const layer = await client.pushBlob(repository, PAYLOAD);
    await client.pushBlob(repository, PAYLOAD);
    const subject = { mediaType: MANIFEST_TYPE, digest: digestOf(Buffer.from('x')), size: 1 };
    const manifest = {
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: config, size: 2 },
      layers: [{ mediaType: 'text/plain', digest: layer, size: PAYLOAD.length }],
      subject,
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    const push = { repository, bytes, mediaType: MANIFEST_TYPE };
    const pushed = await client.pushManifest({ ...push, tag: 'v1' });
    const untagged = await client.pushManifest(push);
    const read = await client.manifest({ repository, target: 'v1' });
    const descriptor = { mediaType: 'text/plain', digest: layer, size: PAYLOAD.length };
    const blob = await collectBytes(client.blob(repository, descriptor), 100, 'the blob');
    expect([untagged.digest, read.digest]).toEqual([pushed.digest, pushed.digest]);
    expect(Buffer.from(blob).toString()).toBe('the payload');
    return [pushed.subject === undefined ? 'no lists' : pushed.subject === subject.digest];
  }

  it('our own registry takes blobs and manifests, and says that it lists referrers', async () => {
    const registry: OwnRegistry = await startOwnRegistry();
    open.push({ close: () => registry.stop() });
    expect(await roundTrip(registry.host)).toEqual([true]);
    expect(
      registry.asked.filter((one) => one.startsWith('PUT') && one.includes('blobs')),
    ).toHaveLength(2);
  });

  it.skipIf(!stock)('a stock registry takes them too (needs docker-registry)', async () => {
    const registry = await startStockRegistry(stock ?? '');
    open.push({ close: () => registry.stop() });
    expect(await roundTrip(new URL(registry.url).host)).toEqual(['no lists']);
  });
});
