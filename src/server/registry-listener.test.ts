/** The registry's API against clients that are right, careless and hostile, over real sockets. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Log } from '../operations/deps.ts';
import {
  type BlobFolder,
  type BlobFolderLimits,
  closeBlobFolder,
  openBlobFolder,
} from '../store/blob-folder.ts';
import { digestOfBytes } from '../store/repository-files.ts';
import { buildRegistryListener } from './registry-listener.ts';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
const BLOB = Buffer.from('0123456789');
const DIGEST = digestOfBytes(BLOB);
const ABSENT = digestOfBytes(Buffer.from('absent'));
const UPLOADS = '/v2/team/app/blobs/uploads/';

interface Registry {
  readonly folder: BlobFolder;
  readonly app: FastifyInstance;
  readonly port: number;
  readonly logged: unknown[];
}

interface Asked {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
}

const started: Registry[] = [];

afterEach(async () => {
  for (const { app, folder } of started.splice(0)) {
    app.server.closeAllConnections();
    await app.close();
    await closeBlobFolder(folder);
    await rm(folder.root, { recursive: true, force: true });
  }
});

interface Setup {
  readonly limits?: Partial<BlobFolderLimits>;
  readonly at?: string;
  readonly readOnly?: boolean;
}

async function start({ limits = {}, at, readOnly = false }: Setup = {}): Promise<Registry> {
  let ids = 0;
  const folder = await openBlobFolder({
    folder: at ?? (await mkdtemp(join(tmpdir(), 'assay-registry-'))),
    readOnly,
    limits,
    now: () => 0,
    newId: () => `id-${(ids += 1)}`,
  });
  const logged: unknown[] = [];
  const log: Log = { info: () => {}, warn: () => {}, error: (fields) => void logged.push(fields) };
  const app = buildRegistryListener({ folder, log, summaries: new Map() }, { hosts: [] });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const registry = { folder, app, port, logged };
  started.push(registry);
  return registry;
}

/** Asks with the path exactly as given: nothing resolves its dots before. */
async function ask(
  { port }: Registry,
  call: `${string} ${string}`,
  { headers = {}, body }: Asked = {},
): Promise<Answered> {
  const [method = '', path = ''] = call.split(' ');
  return new Promise((resolve, reject) => {
    const sent = request({ port, host: '127.0.0.1', method, path, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers: got } = response;
      buffer(response).then((bytes) => resolve({ status, headers: got, bytes }), reject);
    });
    sent.end(body);
  });
}

function errorCode({ bytes }: Answered): unknown {
  const { errors } = JSON.parse(bytes.toString()) as {
    errors: { code: string; message: string }[];
  };
  expect(errors[0]?.message).not.toBe('');
  return errors[0]?.code;
}

async function pushBytes(registry: Registry, bytes: Buffer): Promise<Digest> {
  const digest = digestOfBytes(bytes);
  const answer = await ask(registry, `POST ${UPLOADS}?digest=${digest}`, { body: bytes });
  expect(answer.status).toBe(201);
  return digest;
}

function descriptor(mediaType: string, bytes: Buffer): JsonObject {
  return { mediaType, digest: digestOfBytes(bytes), size: bytes.length };
}

function imageManifest(fields: JsonObject = {}): Buffer {
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: descriptor('application/vnd.oci.image.config.v1+json', BLOB),
    layers: [descriptor('application/vnd.oci.image.layer.v1.tar', BLOB)],
    ...fields,
  };
  return Buffer.from(JSON.stringify(manifest));
}

async function putManifest(registry: Registry, target: string, asked: Asked): Promise<Answered> {
  const headers = { 'content-type': MANIFEST_TYPE, ...asked.headers };
  return ask(registry, `PUT /v2/team/app/manifests/${target}`, { ...asked, headers });
}

async function visibleBlobs({ folder }: Registry): Promise<string[]> {
  return readdir(join(folder.root, 'blobs/sha256')).catch(() => []);
}

async function beginUpload(registry: Registry): Promise<string> {
  const { status, headers } = await ask(registry, `POST ${UPLOADS}`);
  expect(status).toBe(202);
  expect(headers.range).toBe('0-0');
  return headers.location ?? '';
}

describe('version check', () => {
  it.each(['/v2', '/v2/'])('answers %s', async (path) => {
    const { status, headers } = await ask(await start(), `GET ${path}`);
    expect(status).toBe(200);
    expect(headers['docker-distribution-api-version']).toBe('registry/2.0');
  });

  it.each([
    ['another path', 'GET /', 404],
    ['another path of the API', 'GET /v2/_catalog', 404],
    ['another method', 'DELETE /v2/', 405],
    ['deleting a blob', `DELETE /v2/team/app/blobs/${DIGEST}`, 405],
    ['a path that is not URL-encoded', 'GET /v2/%zz/tags/list', 400],
  ] as const)('refuses %s', async (_fact, call, status) => {
    const answer = await ask(await start(), call);
    expect(answer.status).toBe(status);
    expect(['UNSUPPORTED', 'NAME_INVALID']).toContain(errorCode(answer));
  });

  it.each([
    { host: 'evil.example' },
    { host: 'evil.example:5000' },
    { origin: 'http://evil.example' },
  ])('refuses foreign names: %j', async (headers) => {
    const answer = await ask(await start(), 'GET /v2/', { headers });
    expect(answer.status).toBe(403);
    expect(errorCode(answer)).toBe('DENIED');
  });
});

describe('names and digests that reach outside', () => {
  it.each([
    'GET /v2/../../etc/tags/list',
    'GET /v2/..%2F..%2Fetc/tags/list',
    'GET /v2/team/%2e%2e/app/manifests/v1',
    'GET /v2/team//app/manifests/v1',
    'GET /v2/team/_manifests/manifests/v1',
    'GET /v2/team/app/manifests/..',
    'GET /v2/team/app/manifests/..%2F..%2Fregistry-version',
    'GET /v2/team/app/manifests/sha256:..%2F..%2Fregistry-version',
    'GET /v2/team/app/blobs/..%2Fregistry-version',
    `GET /v2/team/app/blobs/${DIGEST}0`,
    `GET /v2/team/app/blobs/${DIGEST.toUpperCase()}`,
    'PUT /v2/../../x/manifests/v1',
    'POST /v2/Team/blobs/uploads/',
    `POST /v2/team/..%2f..%2fapp/blobs/uploads/?digest=${DIGEST}`,
    `POST ${UPLOADS}?digest=sha256:../../x`,
    `POST ${UPLOADS}?mount=../../x&from=team`,
    `GET /v2/${'a'.repeat(256)}/tags/list`,
  ] as const)('%s', async (call) => {
    const registry = await start();
    const answer = await ask(registry, call, { body: call.startsWith('P') ? BLOB : '' });
    expect(answer.status).toBe(400);
    expect(['NAME_INVALID', 'DIGEST_INVALID']).toContain(errorCode(answer));
    expect(await readdir(registry.folder.root)).toEqual(['registry-version']);
  });
});

describe('blobs', () => {
  it('are pushed in one request and pulled whole, in part and by head', async () => {
    const registry = await start();
    await pushBytes(registry, BLOB);
    const whole = await ask(registry, `GET /v2/any/name/blobs/${encodeURIComponent(DIGEST)}`);
    expect(whole.bytes).toEqual(BLOB);
    expect(whole.headers['docker-content-digest']).toBe(DIGEST);
    const head = await ask(registry, `HEAD /v2/team/app/blobs/${DIGEST}`);
    expect([head.status, head.headers['content-length'], head.bytes.length]).toEqual([
      200,
      '10',
      0,
    ]);
    const headers = { range: 'bytes=2-4' };
    const part = await ask(registry, `GET /v2/team/app/blobs/${DIGEST}`, { headers });
    expect([part.status, part.bytes.toString()]).toEqual([206, '234']);
    expect(part.headers['content-range']).toBe('bytes 2-4/10');
    const beyond = { headers: { range: 'bytes=10-' } };
    const none = await ask(registry, `GET /v2/team/app/blobs/${DIGEST}`, beyond);
    expect([none.status, none.headers['content-range']]).toEqual([416, 'bytes */10']);
  });

  it('are pushed in chunks', async () => {
    const registry = await start();
    const location = await beginUpload(registry);
    const first = { headers: { 'content-range': '0-3' }, body: BLOB.subarray(0, 4) };
    const patched = await ask(registry, `PATCH ${location}`, first);
    expect([patched.status, patched.headers.range]).toEqual([202, '0-3']);
    const status = await ask(registry, `GET ${location}`);
    expect([status.status, status.headers.range]).toEqual([204, '0-3']);
    const again = await ask(registry, `PATCH ${location}`, first);
    expect([again.status, errorCode(again)]).toEqual([416, 'BLOB_UPLOAD_INVALID']);
    const last = { headers: { 'content-range': '4-9' }, body: BLOB.subarray(4) };
    const put = await ask(registry, `PUT ${location}?digest=${DIGEST}`, last);
    expect([put.status, put.headers.location]).toEqual([201, `/v2/team/app/blobs/${DIGEST}`]);
    expect(await visibleBlobs(registry)).toEqual([DIGEST.slice(7)]);
    expect((await ask(registry, `GET ${location}`)).status).toBe(404);
  });

  it('are mounted where they are here already', async () => {
    const registry = await start();
    const mount = `POST /v2/team/other/blobs/uploads/?mount=${DIGEST}&from=team/app` as const;
    expect((await ask(registry, mount)).status).toBe(202);
    await pushBytes(registry, BLOB);
    expect((await ask(registry, mount)).status).toBe(201);
  });

  it('are unknown until they are pushed', async () => {
    const answer = await ask(await start(), `GET /v2/team/app/blobs/${DIGEST}`);
    expect([answer.status, errorCode(answer)]).toEqual([404, 'BLOB_UNKNOWN']);
  });

  it('of another digest are dropped', async () => {
    const registry = await start();
    const body = Buffer.from('other');
    const whole = await ask(registry, `POST ${UPLOADS}?digest=${DIGEST}`, { body });
    expect([whole.status, errorCode(whole)]).toEqual([400, 'DIGEST_INVALID']);
    const location = await beginUpload(registry);
    const put = await ask(registry, `PUT ${location}?digest=${DIGEST}`, { body });
    expect([put.status, errorCode(put)]).toEqual([400, 'DIGEST_INVALID']);
    expect((await ask(registry, `GET ${location}`)).status).toBe(404);
    expect(await visibleBlobs(registry)).toEqual([]);
    expect(await readdir(join(registry.folder.root, 'uploads'))).toEqual([]);
  });

  it('without a digest are not taken', async () => {
    const registry = await start();
    const answer = await ask(registry, `PUT ${await beginUpload(registry)}`, { body: BLOB });
    expect([answer.status, errorCode(answer)]).toEqual([400, 'DIGEST_INVALID']);
  });

  it.each([
    ['that says its length', { 'content-length': 5000 }],
    ['that does not', { 'transfer-encoding': 'chunked' }],
  ])('over the cap are refused, and the client hears why: one %s', async (_fact, headers) => {
    const registry = await start({ limits: { blobBytes: 1000 } });
    const body = Buffer.alloc(5000);
    const call = `POST ${UPLOADS}?digest=${digestOfBytes(body)}` as const;
    const answer = await ask(registry, call, { headers, body });
    expect([answer.status, errorCode(answer)]).toEqual([413, 'SIZE_INVALID']);
    expect(await readdir(join(registry.folder.root, 'uploads'))).toEqual([]);
  });

  it.each([
    ['a length that is not its range', { 'content-range': '0-3' }, 400],
    ['a gap before it', { 'content-range': '5-14' }, 416],
    ['a range that is none', { 'content-range': 'all' }, 400],
    [
      'an unsaid length that is not its range',
      { 'content-range': '0-3', 'transfer-encoding': 'chunked' },
      400,
    ],
  ])('a chunk is refused with %s', async (_fact, headers, status) => {
    const registry = await start();
    const location = await beginUpload(registry);
    const answer = await ask(registry, `PATCH ${location}`, { headers, body: BLOB });
    expect(answer.status).toBe(status);
    expect(['SIZE_INVALID', 'BLOB_UPLOAD_INVALID']).toContain(errorCode(answer));
  });

  it('whose connection breaks stay invisible, and the client may go on', async () => {
    const registry = await start();
    const location = await beginUpload(registry);
    await sendTruncated(registry, `PATCH ${location}`);
    await expect
      .poll(async () => (await ask(registry, `GET ${location}`)).headers.range)
      .toBe('0-3');
    await sendTruncated(registry, `POST ${UPLOADS}?digest=${DIGEST}`);
    await expect
      .poll(() => readdir(join(registry.folder.root, 'uploads')))
      .toEqual([location.split('/').at(-1)]);
    expect(await visibleBlobs(registry)).toEqual([]);
    const rest = await ask(registry, `PUT ${location}?digest=${DIGEST}`, {
      body: BLOB.subarray(4),
    });
    expect(rest.status).toBe(201);
    expect(registry.logged).toEqual([]);
  });

  it('pushed by many at once are one blob', async () => {
    const registry = await start();
    await Promise.all(Array.from({ length: 8 }, () => pushBytes(registry, BLOB)));
    expect(await visibleBlobs(registry)).toEqual([DIGEST.slice(7)]);
  });

  it('of a cancelled upload are gone', async () => {
    const registry = await start();
    const location = await beginUpload(registry);
    await ask(registry, `PATCH ${location}`, { body: BLOB });
    expect((await ask(registry, `DELETE ${location}`)).status).toBe(204);
    const gone = await ask(registry, `DELETE ${location}`);
    expect([gone.status, errorCode(gone)]).toEqual([404, 'BLOB_UPLOAD_UNKNOWN']);
    expect(await readdir(join(registry.folder.root, 'uploads'))).toEqual([]);
  });
});

/** Announces 10 bytes, sends 4 and hangs up. */
async function sendTruncated({ port }: Registry, call: string): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  const lines = [`${call} HTTP/1.1`, 'Host: localhost', 'Content-Length: 10', '', '0123'];
  await new Promise<void>((resolve) => socket.write(lines.join('\r\n'), () => resolve()));
  await new Promise<void>((resolve) => socket.end(resolve));
  socket.destroy();
}

describe('manifests', () => {
  it('are pushed by tag, pulled by tag and digest, and deleted', async () => {
    const registry = await start();
    await pushBytes(registry, BLOB);
    const body = imageManifest();
    const digest = digestOfBytes(body);
    const put = await putManifest(registry, 'v1', { body });
    expect([put.status, put.headers['docker-content-digest']]).toEqual([201, digest]);
    for (const target of ['v1', digest]) {
      const got = await ask(registry, `GET /v2/team/app/manifests/${target}`);
      expect(got.bytes).toEqual(body);
      expect(got.headers['content-type']).toBe(MANIFEST_TYPE);
      expect(got.headers['docker-content-digest']).toBe(digest);
    }
    const head = await ask(registry, 'HEAD /v2/team/app/manifests/v1');
    expect([head.headers['content-length'], head.bytes.length]).toEqual([String(body.length), 0]);
    const elsewhere = await ask(registry, `GET /v2/team/other/manifests/${digest}`);
    expect([elsewhere.status, errorCode(elsewhere)]).toEqual([404, 'MANIFEST_UNKNOWN']);
    await putManifest(registry, 'v2', { body });
    expect((await ask(registry, 'DELETE /v2/team/app/manifests/v2')).status).toBe(202);
    expect((await ask(registry, `GET /v2/team/app/manifests/${digest}`)).status).toBe(200);
    expect((await ask(registry, `DELETE /v2/team/app/manifests/${digest}`)).status).toBe(202);
    expect((await ask(registry, 'GET /v2/team/app/manifests/v1')).status).toBe(404);
    expect((await ask(registry, 'DELETE /v2/team/app/manifests/v1')).status).toBe(404);
    const tags = await ask(registry, 'GET /v2/team/app/tags/list');
    expect(JSON.parse(tags.bytes.toString())).toMatchObject({ name: 'team/app', tags: [] });
  });

  it('take the media type of the document where the request has none', async () => {
    const registry = await start();
    await pushBytes(registry, BLOB);
    const call = 'PUT /v2/team/app/manifests/v1';
    expect((await ask(registry, call, { body: imageManifest() })).status).toBe(201);
    const got = await ask(registry, 'GET /v2/team/app/manifests/v1');
    expect(got.headers['content-type']).toBe(MANIFEST_TYPE);
  });

  it.each<[string, number, string, Asked, string?]>([
    ['no JSON', 400, 'MANIFEST_INVALID', { body: 'hello' }],
    ['no bytes', 400, 'MANIFEST_INVALID', { body: '' }],
    ['no manifest', 400, 'MANIFEST_INVALID', { body: '{"schemaVersion":2}' }],
    ['a field twice', 400, 'MANIFEST_INVALID', { body: '{"schemaVersion":2,"schemaVersion":2}' }],
    ['schema 1', 400, 'MANIFEST_INVALID', { body: imageManifest({ schemaVersion: 1 }) }],
    [
      'manifest and index in one',
      400,
      'MANIFEST_INVALID',
      { body: imageManifest({ manifests: [] }) },
    ],
    [
      'a Content-Type of another kind',
      400,
      'MANIFEST_INVALID',
      { body: imageManifest(), headers: { 'content-type': INDEX_TYPE } },
    ],
    [
      'a Content-Type of another family',
      400,
      'MANIFEST_INVALID',
      {
        body: imageManifest(),
        headers: { 'content-type': 'application/vnd.docker.distribution.manifest.v2+json' },
      },
    ],
    [
      'a Content-Type of no manifest',
      400,
      'MANIFEST_INVALID',
      { body: imageManifest(), headers: { 'content-type': 'application/json' } },
    ],
    ['another digest', 400, 'DIGEST_INVALID', { body: imageManifest() }, ABSENT],
    ['a tag that is none', 400, 'NAME_INVALID', { body: imageManifest() }, '-v1'],
    ['a wrong size', 400, 'MANIFEST_INVALID', { body: withLayer({ size: 9 }) }],
    ['an absent layer', 404, 'MANIFEST_BLOB_UNKNOWN', { body: withLayer({ digest: ABSENT }) }],
    [
      'an absent config',
      404,
      'MANIFEST_BLOB_UNKNOWN',
      { body: imageManifest({ config: { mediaType: 'x', digest: ABSENT, size: 6 } }) },
    ],
    ['4 MiB and a byte', 413, 'SIZE_INVALID', { body: Buffer.alloc(4 * 1024 * 1024 + 1, ' ') }],
  ])('are refused with %s', async (_fact, status, code, asked, target = 'v1') => {
    const registry = await start();
    await pushBytes(registry, BLOB);
    const answer = await putManifest(registry, target, asked);
    expect([answer.status, errorCode(answer)]).toEqual([status, code]);
    expect((await ask(registry, 'GET /v2/team/app/tags/list')).status).toBe(404);
  });

  it('may name layers that are fetched from elsewhere', async () => {
    const registry = await start();
    await pushBytes(registry, BLOB);
    const body = withLayer({ digest: ABSENT, urls: ['https://elsewhere.example/layer'] });
    expect((await putManifest(registry, 'v1', { body })).status).toBe(201);
  });

  it('of an index are pushed to its repository first', async () => {
    const registry = await start();
    await pushBytes(registry, BLOB);
    const child = imageManifest();
    const manifests = [descriptor(MANIFEST_TYPE, child)];
    const body = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests }),
    );
    const asked = { body, headers: { 'content-type': INDEX_TYPE } };
    const early = await putManifest(registry, 'multi', asked);
    expect([early.status, errorCode(early)]).toEqual([404, 'MANIFEST_BLOB_UNKNOWN']);
    await pushBytes(registry, child);
    expect((await putManifest(registry, 'multi', asked)).status).toBe(404);
    await putManifest(registry, digestOfBytes(child), { body: child });
    expect((await putManifest(registry, 'multi', asked)).status).toBe(201);
  });
});

function withLayer(fields: JsonObject): Buffer {
  const layer = descriptor('application/vnd.oci.image.layer.v1.tar', BLOB);
  return imageManifest({ layers: [{ ...layer, ...fields }] });
}

describe('tags', () => {
  it('are listed page by page to the end', async () => {
    const registry = await start();
    await pushBytes(registry, BLOB);
    for (const tag of ['c', 'a', 'b', 'B', '1.0']) {
      await putManifest(registry, tag, { body: imageManifest() });
    }
    const pages: unknown[] = [];
    let next: string | undefined = '/v2/team/app/tags/list?n=2';
    while (next !== undefined) {
      const page = await ask(registry, `GET ${next}`);
      pages.push((JSON.parse(page.bytes.toString()) as JsonObject)['tags']);
      next = /^<([^>]+)>; rel="next"$/.exec(String(page.headers.link ?? ''))?.[1];
    }
    expect(pages).toEqual([['1.0', 'B'], ['a', 'b'], ['c']]);
  });

  it.each([
    ['n=0', []],
    ['last=a', ['b']],
    ['last=aa&n=5', ['b']],
    ['last=z', []],
    ['n=999999999', ['a', 'b']],
  ])('with %s', async (query, tags) => {
    const registry = await start();
    await pushBytes(registry, BLOB);
    for (const tag of ['b', 'a']) await putManifest(registry, tag, { body: imageManifest() });
    const answer = await ask(registry, `GET /v2/team/app/tags/list?${query}`);
    expect(JSON.parse(answer.bytes.toString())).toMatchObject({ name: 'team/app', tags });
    expect(answer.headers.link).toBeUndefined();
  });

  it.each(['n=-1', 'n=x', 'n='])('refuse %s', async (query) => {
    expect((await ask(await start(), `GET /v2/a/tags/list?${query}`)).status).toBe(400);
  });

  it('of an unknown repository are refused by name', async () => {
    const answer = await ask(await start(), 'GET /v2/a/tags/list');
    expect([answer.status, errorCode(answer)]).toEqual([404, 'NAME_UNKNOWN']);
  });
});

describe('--read-only', () => {
  it('serves what is there and refuses every change', async () => {
    const first = await start();
    await pushBytes(first, BLOB);
    await putManifest(first, 'v1', { body: imageManifest() });
    const registry = await start({ at: first.folder.root, readOnly: true });
    expect((await ask(registry, 'GET /v2/team/app/manifests/v1')).status).toBe(200);
    const changes = [
      `POST ${UPLOADS}`,
      `POST ${UPLOADS}?digest=${DIGEST}`,
      `POST ${UPLOADS}?mount=${DIGEST}`,
      `PATCH ${UPLOADS}id-1`,
      `PUT ${UPLOADS}id-1?digest=${DIGEST}`,
      `DELETE ${UPLOADS}id-1`,
      'PUT /v2/team/app/manifests/v2',
      'DELETE /v2/team/app/manifests/v1',
    ] as const;
    for (const change of changes) {
      const answer = await ask(registry, change, change.startsWith('P') ? { body: BLOB } : {});
      expect([change, answer.status, errorCode(answer)]).toEqual([change, 405, 'UNSUPPORTED']);
    }
  });
});
