/** The client against registries that lie, leak, stall and flood; each row is one of their ways. */
import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

import type { Answer, LoopbackServer } from '../../test/support/loopback-server.ts';
import { startLoopbackServer } from '../../test/support/loopback-server.ts';
import type { Digest } from '../domain/digest.ts';
import { parseDigest } from '../domain/digest.ts';
import { AssayError } from '../domain/error.ts';
import { parseImageReference } from '../domain/image-reference.ts';
import { openImage } from './open-image.ts';
import type { RegistryAccess } from './registry-access.ts';
import type { RegistryClient } from './registry-client.ts';
import { openRegistryClient } from './registry-client.ts';
import { resolveTag } from './resolve-tag.ts';

const MANIFEST = Buffer.from('{"schemaVersion":2}');
const DIGEST = digest(MANIFEST);
const OTHER = digest(Buffer.from('other'));
const TYPE = 'application/vnd.oci.image.manifest.v1+json';
const SECRET = 'hunter2-s3cret';
const BASIC = `Basic ${Buffer.from(`user:${SECRET}`).toString('base64')}`;

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const item of open.splice(0)) await item.close();
});

function digest(bytes: Uint8Array): Digest {
  return parseDigest(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
}

async function serve(answer: Answer): Promise<LoopbackServer> {
  const server = await startLoopbackServer(answer);
  open.push(server);
  return server;
}

async function configFor(auths: Record<string, unknown>, more = {}): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), 'assay-docker-')), 'config.json');
  await writeFile(path, JSON.stringify({ auths, ...more }));
  return path;
}

async function clientOf(access: RegistryAccess = {}): Promise<RegistryClient> {
  const dockerConfig = access.dockerConfig ?? (await configFor({}));
  const client = openRegistryClient({ ...access, dockerConfig });
  open.push(client);
  return client;
}

async function loggedIn(host: string, limits = {}): Promise<RegistryClient> {
  const dockerConfig = await configFor({ [host]: { username: 'user', password: SECRET } });
  return clientOf({ dockerConfig, limits });
}

async function pull(client: RegistryClient, host: string, target = 'v1'): Promise<string> {
  const repository = { domain: host, path: 'team/app' };
  return (await client.manifest({ repository, target })).digest;
}

async function pullBlob(client: RegistryClient, host: string, size: number): Promise<number> {
  const descriptor = { mediaType: 'x/y', digest: DIGEST, size };
  let read = 0;
  for await (const chunk of client.blob({ domain: host, path: 'team/app' }, descriptor)) {
    read += chunk.byteLength;
  }
  return read;
}

async function failure(work: Promise<unknown>): Promise<AssayError> {
  const error: unknown = await work.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AssayError)) throw error;
  expect(`${error.message}${JSON.stringify(error.details)}${String(error.cause)}`).not.toContain(
    SECRET,
  );
  return error;
}

function send(response: ServerResponse, bytes: Uint8Array = MANIFEST, type = TYPE): void {
  response.writeHead(200, { 'content-type': type }).end(bytes);
}

function challenge(response: ServerResponse, header: string): void {
  response.writeHead(401, { 'www-authenticate': header }).end('{}');
}

function redirect(response: ServerResponse, location: string, status = 307): void {
  response.writeHead(status, { location }).end();
}

describe('what a registry serves', () => {
  it('hashes the bytes of a tag instead of trusting a header', async () => {
    const server = await serve((_, response) => send(response));
    expect(await pull(await clientOf(), server.host)).toBe(DIGEST);
    expect(server.seen.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /v2/team/app/manifests/v1',
    ]);
  });

  it.each([
    ['application/json; charset=utf-8', undefined],
    [`${TYPE}; charset=utf-8`, TYPE],
    ['', undefined],
  ])('reads the content type %j as %j', async (type, wanted) => {
    const server = await serve((_, response) => send(response, MANIFEST, type));
    const client = await clientOf();
    const repository = { domain: server.host, path: 'a' };
    expect((await client.manifest({ repository, target: 'v1' })).mediaType).toBe(wanted);
  });

  it('opens an image by reference, with its default tag', async () => {
    const server = await serve((_, response) => send(response));
    const source = openImage(`${server.host}/team/app`, { dockerConfig: await configFor({}) });
    open.push(source);
    expect(source.reference).toBe(`${server.host}/team/app:latest`);
    expect((await source.manifest()).digest).toBe(DIGEST);
  });

  it('resolves a tag by the bytes, and a digest without the network', async () => {
    const server = await serve((_, response) => send(response));
    const access = { deadlineMs: 5000, dockerConfig: await configFor({}) };
    const tag = parseImageReference(`${server.host}/a:v1`);
    expect(await resolveTag(tag, access)).toBe(DIGEST);
    expect(await resolveTag(parseImageReference(`x.test/a@${OTHER}`), access)).toBe(OTHER);
  });

  it.each([
    [401, 'registry-refused', 'docker login'],
    [403, 'registry-refused', 'docker login'],
    [404, 'not-found', 'has no manifests/v1'],
    [429, 'unavailable', 'try again in 7 seconds'],
    [500, 'unavailable', 'answered 500'],
    [503, 'unavailable', 'answered 503'],
    [400, 'unavailable', 'answered 400'],
    [204, 'unavailable', 'answered 204'],
  ])('answers status %i with %s', async (status, code, text) => {
    const server = await serve((_, response) => {
      response.writeHead(status, { 'retry-after': '7' });
      response.end(status === 204 ? undefined : '{"errors":[{"code":"DENIED"}]}');
    });
    const error = await failure(pull(await clientOf(), server.host));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain(text);
  });

  it('says that nothing listens', async () => {
    const server = await startLoopbackServer((_, response) => send(response));
    await server.close();
    const error = await failure(pull(await clientOf(), server.host));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.cause).toBeDefined();
  });
});

describe('a lying registry', () => {
  it('serves other bytes than the digest asked for: both are named', async () => {
    const server = await serve((_, response) => send(response));
    const error = await failure(pull(await clientOf(), server.host, OTHER));
    expect(error).toMatchObject({
      code: 'digest-mismatch',
      details: { wanted: OTHER, found: DIGEST },
    });
    expect(error.message).toContain(OTHER);
    expect(error.message).toContain(DIGEST);
  });

  it('claims another digest in Docker-Content-Digest than it serves', async () => {
    const server = await serve((_, response) => {
      response.setHeader('docker-content-digest', OTHER);
      send(response);
    });
    const error = await failure(pull(await clientOf(), server.host));
    expect(error).toMatchObject({ code: 'digest-mismatch' });
  });

  it.each([
    ['other bytes of the same length', Buffer.alloc(MANIFEST.length, 'x'), MANIFEST.length],
    ['fewer bytes than described', MANIFEST, MANIFEST.length + 1],
    ['more bytes than described', MANIFEST, MANIFEST.length - 1],
  ])('serves a blob of %s', async (_, bytes, size) => {
    const server = await serve((__, response) => send(response, bytes));
    const error = await failure(pullBlob(await clientOf(), server.host, size));
    expect(error).toMatchObject({ code: 'digest-mismatch' });
  });
});

describe('a flooding or stalling registry', () => {
  function flood(response: ServerResponse): void {
    const chunk = Buffer.alloc(65_536);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    response.writeHead(200, { 'content-type': TYPE });
    more();
  }

  it('sends an endless manifest', async () => {
    const server = await serve((_, response) => flood(response));
    const error = await failure(pull(await clientOf(), server.host));
    expect(error).toMatchObject({ code: 'too-large' });
  });

  it('announces a manifest beyond the cap', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 5 * 1024 * 1024 }).write('x');
    });
    expect(await failure(pull(await clientOf(), server.host))).toMatchObject({ code: 'too-large' });
  });

  it('sends an endless blob: reading ends at the size described', async () => {
    const server = await serve((_, response) => flood(response));
    const error = await failure(pullBlob(await clientOf(), server.host, 100_000));
    expect(error).toMatchObject({ code: 'digest-mismatch' });
  });

  it('describes a blob beyond the hard cap: it is not asked for', async () => {
    const server = await serve((_, response) => flood(response));
    const client = await clientOf({ limits: { blobBytes: 10 } });
    expect(await failure(pullBlob(client, server.host, 11))).toMatchObject({ code: 'too-large' });
    expect(server.seen).toHaveLength(0);
  });

  it('sends headers without end', async () => {
    const server = await serve((_, response) => {
      for (let item = 0; item < 40; item += 1) response.setHeader(`x-${item}`, 'y'.repeat(1000));
      send(response);
    });
    expect(await failure(pull(await clientOf(), server.host))).toMatchObject({ code: 'too-large' });
  });

  it.each([
    ['never answers', { headersMs: 50 }, () => undefined],
    ['stops in the body', { idleMs: 50 }, begin],
    ['drips bytes for ever', { documentMs: 150 }, drip],
  ])('%s', async (_, limits, answer) => {
    const server = await serve((__, response) => answer(response));
    const error = await failure(pull(await clientOf({ limits }), server.host));
    expect(error).toMatchObject({ code: 'unavailable' });
  });

  it('keeps a tag from being resolved: the deadline holds', async () => {
    const server = await serve((_, response) => drip(response));
    const access = { deadlineMs: 100, dockerConfig: await configFor({}) };
    const reference = parseImageReference(`${server.host}/a:v1`);
    expect(await failure(resolveTag(reference, access))).toMatchObject({ code: 'unavailable' });
  });

  function begin(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': TYPE }).write('{');
  }

  function drip(response: ServerResponse): void {
    begin(response);
    const timer = setInterval(() => response.write(' '), 10);
    response.on('close', () => clearInterval(timer));
  }
});

describe('redirects', () => {
  it('are followed, without the credential once the port differs', async () => {
    const storage = await serve((_, response) => send(response));
    const server = await serve((request, response) => {
      if (request.authorization !== BASIC) challenge(response, 'Basic realm="x"');
      else redirect(response, `http://${storage.host}/data?signature=${SECRET}`);
    });
    const client = await loggedIn(server.host);
    expect(await pullBlob(client, server.host, MANIFEST.length)).toBe(MANIFEST.length);
    expect(storage.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it('attack: a way out and back does not get the credential again', async () => {
    const away = await serve((_, response) => redirect(response, `http://${server.host}/again`));
    const server = await serve((request, response) => {
      if (request.url === '/again') send(response);
      else if (request.authorization === undefined) challenge(response, 'Basic realm="x"');
      else redirect(response, `http://${away.host}/`);
    });
    await pull(await loggedIn(server.host), server.host);
    const again = server.seen.find(({ url }) => url === '/again');
    expect(again?.authorization).toBeUndefined();
  });

  it('attack: storage that asks for credentials gets none, and its query stays out', async () => {
    const storage = await serve((_, response) => challenge(response, 'Basic realm="x"'));
    const server = await serve((_, response) =>
      redirect(response, `http://${storage.host}/data?signature=${SECRET}`),
    );
    const error = await failure(pull(await loggedIn(server.host), server.host));
    expect(error).toMatchObject({ code: 'registry-refused' });
    expect(storage.seen.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  it.each([
    ['plain http beyond loopback', `http://registry.invalid/x?token=${SECRET}`],
    ['a cloud metadata address', 'http://169.254.169.254/latest/meta-data'],
    ['a cloud metadata address over TLS', 'https://169.254.169.254/latest/meta-data'],
    ['a look-alike of loopback', 'http://127.0.0.1.invalid/x'],
    ['a file', 'file:///etc/passwd'],
    ['a user name in the address', `http://user:${SECRET}@127.0.0.1/x`],
    ['an unreadable address', 'http://[::1'],
  ])('attack: to %s is refused', async (_, location) => {
    const server = await serve((__, response) => redirect(response, location));
    const error = await failure(pull(await clientOf(), server.host));
    expect(error).toMatchObject({ code: 'registry-refused' });
  });

  it('attack: a loop ends', async () => {
    const server = await serve((request, response) => redirect(response, request.url));
    const error = await failure(pull(await clientOf(), server.host));
    expect(error).toMatchObject({ code: 'registry-refused' });
    expect(server.seen).toHaveLength(6);
  });
});

describe('credentials', () => {
  it('answers basic, and only after a challenge', async () => {
    const server = await serve((request, response) =>
      request.authorization === BASIC ? send(response) : challenge(response, 'Basic realm="x"'),
    );
    const client = await loggedIn(server.host);
    await pull(client, server.host);
    await pull(client, server.host);
    expect(server.seen.map(({ authorization }) => authorization)).toEqual([
      undefined,
      BASIC,
      BASIC,
    ]);
  });

  it('attack: those of one port are not sent to another port of the host', async () => {
    const server = await serve((_, response) => challenge(response, 'Basic realm="x"'));
    const error = await failure(pull(await loggedIn('127.0.0.1:1'), server.host));
    expect(error).toMatchObject({ code: 'registry-refused' });
    expect(server.seen.every(({ authorization }) => authorization === undefined)).toBe(true);
  });

  it('attack: wrong ones are offered once, not in a loop', async () => {
    const server = await serve((_, response) => challenge(response, 'Basic realm="x"'));
    await failure(pull(await loggedIn(server.host), server.host));
    expect(server.seen).toHaveLength(2);
  });

  it('names the helper that is missing, only when the registry asks', async () => {
    let locked = false;
    const server = await serve((_, response) =>
      locked ? challenge(response, 'Basic realm="x"') : send(response),
    );
    const dockerConfig = await configFor({ [server.host]: {} }, { credsStore: 'vault' });
    const client = await clientOf({ dockerConfig });
    expect(await pull(client, server.host)).toBe(DIGEST);
    locked = true;
    const error = await failure(pull(client, server.host));
    expect(error).toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('docker-credential-vault'),
    });
  });

  it.each(['Negotiate abc', 'Bearer service="x"', 'nonsense"', ''])(
    'refuses a challenge of %j',
    async (header) => {
      const server = await serve((_, response) => challenge(response, header));
      const error = await failure(pull(await loggedIn(server.host), server.host));
      expect(error).toMatchObject({ code: 'registry-refused' });
    },
  );
});

describe('bearer tokens', () => {
  interface Realm {
    readonly server: LoopbackServer;
    readonly realm: LoopbackServer;
  }

  async function serveWithRealm(answer: Answer, scope?: string): Promise<Realm> {
    const realm = await serve(answer);
    const extra = scope === undefined ? '' : `,scope="${scope}"`;
    const header = `Bearer realm="http://${realm.host}/token",service="reg"${extra}`;
    const server = await serve((request, response) =>
      request.authorization === 'Bearer tok' ? send(response) : challenge(response, header),
    );
    return { server, realm };
  }

  const giveToken: Answer = (_, response) => {
    response.end(JSON.stringify({ token: 'tok', expires_in: 300 }));
  };

  it('are fetched once for a repository, with its pull scope, and kept', async () => {
    const { server, realm } = await serveWithRealm(giveToken);
    const client = await loggedIn(server.host);
    await pull(client, server.host);
    await pull(client, server.host);
    expect(realm.seen.map(({ url, authorization }) => [url, authorization])).toEqual([
      ['/token?service=reg&scope=repository%3Ateam%2Fapp%3Apull', BASIC],
    ]);
    expect(server.seen).toHaveLength(3);
  });

  it('are fetched without a password when there is none', async () => {
    const { server, realm } = await serveWithRealm(giveToken);
    expect(await pull(await clientOf(), server.host)).toBe(DIGEST);
    expect(realm.seen[0]?.authorization).toBeUndefined();
  });

  it('are fetched by identity token in a form', async () => {
    const { server, realm } = await serveWithRealm(giveToken);
    const dockerConfig = await configFor({ [server.host]: { identitytoken: SECRET } });
    await pull(await clientOf({ dockerConfig }), server.host);
    expect(realm.seen[0]).toMatchObject({ method: 'POST', url: '/token' });
    expect(realm.seen[0]?.body).toContain(`refresh_token=${SECRET}`);
  });

  it.each([
    ['our scope', 'repository:team/app:pull', 'repository:team/app:pull'],
    ['an opaque scope', 'aws', 'aws'],
    ['attack: the right to push', 'repository:team/app:pull,push', 'repository:team/app:pull'],
    ['attack: another repository', 'repository:secret/app:pull', 'repository:team/app:pull'],
    ['attack: the catalogue', 'registry:catalog:*', 'repository:team/app:pull'],
  ])('asked with %s want no more than reading it', async (_, offered, wanted) => {
    const { server, realm } = await serveWithRealm(giveToken, offered);
    await pull(await loggedIn(server.host), server.host);
    const url = new URL(realm.seen[0]?.url ?? '', 'http://x');
    expect(url.searchParams.get('scope')).toBe(wanted);
  });

  it("attack: a registry that names another's realm gets neither token nor password", async () => {
    const { server, realm } = await serveWithRealm(giveToken);
    const client = await loggedIn(server.host);
    await pull(client, server.host);
    const header = `Bearer realm="http://${realm.host}/token",service="reg"`;
    const evil = await serve((_, response) => challenge(response, header));
    await failure(pull(client, evil.host));
    expect(realm.seen.map(({ authorization }) => authorization)).toEqual([BASIC, undefined]);
  });

  it.each([
    'http://registry.invalid/token',
    'http://169.254.169.254/token',
    'ftp://127.0.0.1/token',
    'http://127.0.0.1@registry.invalid/token',
  ])('attack: the realm %s is refused', async (realm) => {
    const server = await serve((_, response) => challenge(response, `Bearer realm="${realm}"`));
    const error = await failure(pull(await loggedIn(server.host), server.host));
    expect(error).toMatchObject({ code: 'registry-refused' });
  });

  it.each<[string, string, Answer]>([
    ['a redirect', 'unavailable', (_, response) => redirect(response, 'http://127.0.0.1:1/')],
    ['a refusal', 'registry-refused', (_, response) => response.writeHead(401).end()],
    ['an outage', 'unavailable', (_, response) => response.writeHead(503).end()],
    ['no JSON', 'unavailable', (_, response) => response.end(`<${SECRET}`)],
    ['no token', 'unavailable', (_, response) => response.end('{}')],
    ['a header break', 'unavailable', (_, response) => response.end('{"token":"a\\r\\nb: c"}')],
    ['too much', 'too-large', (_, response) => response.end(Buffer.alloc(2_000_000, 'x'))],
  ])('of a service that answers with %s fail as %s', async (_, code, answer) => {
    const { server } = await serveWithRealm(answer);
    expect(await failure(pull(await loggedIn(server.host), server.host))).toMatchObject({ code });
  });

  it('that the registry no longer takes are fetched anew, once', async () => {
    let current = 'first';
    const realm = await serve((_, response) => response.end(JSON.stringify({ token: current })));
    const header = `Bearer realm="http://${realm.host}/"`;
    const server = await serve((request, response) =>
      request.authorization === `Bearer ${current}` ? send(response) : challenge(response, header),
    );
    const client = await clientOf();
    await pull(client, server.host);
    current = 'second';
    expect(await pull(client, server.host)).toBe(DIGEST);
    expect(realm.seen).toHaveLength(2);
  });
});
