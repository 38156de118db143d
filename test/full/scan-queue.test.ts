/** The queue of scans under trouble: crashes, replicas, floods, strangers and lies. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { type ApiAnswer, type AssayServer, startAssay, valueAt } from '../support/assay-server.ts';
import { type CountingRegistry, startCountingRegistry } from '../support/counting-registry.ts';
import { DEBIAN12, addLayer, dpkgStatus, openLayout } from '../support/image-layout.ts';
import { createTestDatabase, postgresPrograms } from '../support/postgres.ts';

const SOON = { timeout: 60_000, interval: 100 };
const SECRET = 'a secret that only GitHub and the server have';
const NOTIFICATIONS = '/api/v1/notifications';
const SILENT = ['--log-level', 'silent'];
const root = mkdtempSync(join(tmpdir(), 'assay-queue-'));
const closing: (() => Promise<unknown>)[] = [];
let shared: AssayServer;

beforeAll(async () => {
  writeFileSync(join(root, 'github'), `${SECRET}\n`);
  const secret = ['--github-webhook-secret-file', join(root, 'github')];
  shared = await startAssay({ args: ['--log-level', 'trace', ...secret] });
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await shared?.stop();
  rmSync(root, { recursive: true });
});

let made = 0;

interface Served {
  readonly registry: CountingRegistry;
  readonly digest: Digest;
  readonly image: string;
}

/** An image of one layer in a registry that counts. */
async function serveImage(): Promise<Served> {
  const layout = openLayout(join(root, `layout-${(made += 1)}`));
  const layer = await addLayer(layout, [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus([`queued-${made} 1.0`])],
  ]);
  const digest = layout.addImage([layer]);
  const registry = await startCountingRegistry(layout, new Set([layer.digest]));
  closing.push(() => registry.close());
  registry.tag('v1', digest);
  return { registry, digest, image: `${registry.host}/team/app@${digest}` };
}

/** A server with its admin's token, which of several replicas only the first has in a file. */
interface Place {
  readonly server: AssayServer;
  readonly token: string;
}

function placeOf(server: AssayServer): Place {
  return { server, token: readFileSync(server.tokenFile, 'utf8').trim() };
}

async function newProject({ server, token }: Place, pattern?: string): Promise<string> {
  const project = `q${(made += 1)}`;
  await server.call('/api/v1/projects', { token, body: { project } });
  if (pattern === undefined) return project;
  const watched = await server.call(`/api/v1/projects/${project}/watches`, {
    token,
    body: { pattern },
  });
  expect(watched.status).toBe(200);
  return project;
}

async function tokenOf({ server, token }: Place, role: string, project: string): Promise<string> {
  const body = { role, name: role, lifetime: 3_600_000_000, project };
  const { json } = await server.call('/api/v1/tokens', { token, body });
  return String(valueAt(json, 'result.secret'));
}

async function ask({ server, token }: Place, project: string, image: string): Promise<ApiAnswer> {
  return server.call(`/api/v1/projects/${project}/scan-requests`, { token, body: { image } });
}

async function standing({ server, token }: Place, project: string, image: string) {
  const path = `/api/v1/projects/${project}/images/${encodeURIComponent(image)}`;
  const { json } = await server.call(path, { token });
  return (valueAt(json, 'result') ?? {}) as Readonly<Record<string, unknown>>;
}

async function untilRead(place: Place, project: string, image: string): Promise<void> {
  const read = { scanTime: expect.any(Number) };
  await vi.waitFor(
    async () => expect(await standing(place, project, image)).toMatchObject(read),
    SOON,
  );
}

/** An event of distribution. */
function pushEvent(host: string, repository: string, more: object = {}): object {
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const digest = `sha256:${'b'.repeat(64)}`;
  const target = { mediaType, digest, repository, ...more };
  return { id: 'e', action: 'push', timestamp: '2026-11-20T10:00:00Z', target, request: { host } };
}

describe('a server that is killed in mid-scan', () => {
  it('goes on with it when it starts again, and reads the image', async () => {
    const data = join(root, 'killed');
    const { registry, image } = await serveImage();
    const release = registry.hold();
    const first = await startAssay({ data, args: SILENT });
    const before = placeOf(first);
    const project = await newProject(before);
    await ask(before, project, image);
    await vi.waitFor(() => expect(registry.layersRead()).toBe(1), SOON);
    expect(await standing(before, project, image)).toMatchObject({ standing: 'SCANNING' });
    await first.kill();
    release();
    const second = await startAssay({ data, args: SILENT });
    closing.push(() => second.stop());
    await untilRead(placeOf(second), project, image);
    expect(registry.layersRead()).toBe(2);
    // The answer is there before the job is given back.
    await vi.waitFor(async () => {
      const { json } = await second.call('/api/v1/scan-queue');
      expect(json).toMatchObject({ result: { waiting: 0, running: 0 } });
    }, SOON);
  });

  it('a stop by SIGTERM in mid-scan is quick, and loses nothing', async () => {
    const data = join(root, 'stopped');
    const { registry, image } = await serveImage();
    const release = registry.hold();
    const first = await startAssay({ data, args: SILENT });
    const before = placeOf(first);
    const project = await newProject(before);
    await ask(before, project, image);
    await vi.waitFor(() => expect(registry.layersRead()).toBe(1), SOON);
    const begun = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - begun).toBeLessThan(10_000);
    release();
    const second = await startAssay({ data, args: SILENT });
    closing.push(() => second.stop());
    await untilRead(placeOf(second), project, image);
  });
});

/** Starts servers over one new database, one after another; all know the token of the first. */
async function openReplicas(): Promise<() => Promise<Place>> {
  const database = await createTestDatabase();
  closing.push(() => database.drop());
  writeFileSync(join(root, 'password'), `${database.password}\n`);
  const where = ['--database', database.url, '--database-password-file', join(root, 'password')];
  const args = [...where, '--scan-workers', '4', '--scans-per-registry', '4', ...SILENT];
  let token: string | undefined;
  return async () => {
    const server = await startAssay({ args, data: join(root, `replica-${(made += 1)}`) });
    closing.push(() => server.stop());
    token ??= placeOf(server).token;
    return { server, token };
  };
}

// Starts of servers, and a lease that must end: longer than other tests may take.
const LONG = { timeout: 180_000 };

describe.skipIf(!postgresPrograms)('two replicas over one database (needs postgres)', LONG, () => {
  it('read an image once that projects of both ask for', async () => {
    const start = await openReplicas();
    const [first, second] = [await start(), await start()];
    const { registry, image } = await serveImage();
    const release = registry.hold();
    const projects = [await newProject(first), await newProject(first), await newProject(first)];
    const asked = projects.flatMap((project) => [
      ask(first, project, image),
      ask(second, project, image),
    ]);
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(6).fill(200));
    await vi.waitFor(() => expect(registry.layersRead()).toBe(1), SOON);
    release();
    for (const project of projects) await untilRead(second, project, image);
    expect(registry.layersRead()).toBe(1);
  });

  it('the living one takes over what the dead one had begun, once its lease has ended', async () => {
    const start = await openReplicas();
    const dying = await start();
    const { registry, image } = await serveImage();
    const release = registry.hold();
    const project = await newProject(dying);
    await ask(dying, project, image);
    await vi.waitFor(() => expect(registry.layersRead()).toBe(1), SOON);
    const living = await start();
    expect(await standing(living, project, image)).toMatchObject({ standing: 'SCANNING' });
    await dying.server.kill();
    release();
    await untilRead(living, project, image);
    expect(registry.layersRead()).toBe(2);
  });
});

describe('strangers', () => {
  const shapes = ['docker-distribution', 'harbor', 'docker-hub', 'google', 'github', 'quay'];

  it.each(shapes)('without a secret, or with a wrong one, are turned away: %s', async (shape) => {
    const url = `${NOTIFICATIONS}/${shape}`;
    const wrong = 'assay_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const signature = { 'x-hub-signature-256': `sha256=${'0'.repeat(64)}` };
    const tries = [
      shared.call(url, { token: '', body: {} }),
      shared.call(url, { token: wrong, body: {} }),
      shared.call(`${url}/${wrong}`, { token: '', body: {} }),
      shared.call(url, { token: '', body: {}, headers: signature }),
    ];
    for (const { status } of await Promise.all(tries)) expect([401, 404]).toContain(status);
  });

  it('a token in the address must be a notifier’s, and is repeated nowhere', async () => {
    const place = placeOf(shared);
    const project = await newProject(place);
    const url = `${NOTIFICATIONS}/docker-hub`;
    const body = { push_data: { tag: 'v1' }, repository: { repo_name: 'team/app' } };
    const secrets: string[] = [];
    for (const [role, wanted] of [
      ['admin', 403],
      ['notifier', 202],
    ] as const) {
      const secret = await tokenOf(place, role, project);
      secrets.push(secret);
      const taken = await shared.call(`${url}/${secret}`, { token: '', body });
      expect(taken.status).toBe(wanted);
      const broken = await shared.call(`${url}/${secret}`, { token: '', body: [] });
      const lost = await shared.call(`${url}/${secret}/x`, { token: '', body });
      for (const one of [taken, broken, lost]) expect(JSON.stringify(one.json)).not.toMatch(secret);
    }
    const password = Buffer.from(`assay:${secrets[1]}`).toString('base64');
    const headers = { authorization: `Basic ${password}` };
    const quay = { docker_url: 'quay.io/team/app', updated_tags: ['v1'] };
    const call = { token: '', headers, body: quay };
    expect((await shared.call(`${NOTIFICATIONS}/quay`, call)).status).toBe(202);
  });

  it('find no token in the log, at its most talkative', async () => {
    const server = await startAssay({ args: ['--log-level', 'trace'] });
    const place = placeOf(server);
    const secret = await tokenOf(place, 'notifier', await newProject(place));
    const url = `${NOTIFICATIONS}/docker-hub/${secret}`;
    for (const body of [{}, [], 'no JSON', { push_data: 1 }]) {
      expect((await server.call(url, { token: '', body })).status).toBe(400);
    }
    expect((await server.call(`${url}/x`, { token: '' })).status).toBe(404);
    expect(await server.stop()).toBe(0);
    expect(await server.log()).not.toContain(secret.slice(0, 20));
  });

  it('GitHub’s signature is over the body, byte for byte', async () => {
    const send = (body: string, signed: string): Promise<ApiAnswer> => {
      const signature = createHmac('sha256', SECRET).update(signed).digest('hex');
      const headers = { 'x-hub-signature-256': `sha256=${signature}` };
      return shared.call(`${NOTIFICATIONS}/github`, { token: '', body, headers });
    };
    const ping = '{"zen":"Keep it logically awesome."}';
    expect(await send(ping, ping)).toMatchObject({ status: 202, json: { result: { queued: 0 } } });
    expect((await send(`${ping} `, ping)).status).toBe(401);
  });

  it('a viewer, an editor and another project’s notifier have nothing scanned', async () => {
    const place = placeOf(shared);
    const { registry } = await serveImage();
    const project = await newProject(place, `${registry.host}/**`);
    const other = await newProject(place);
    const body = { events: [pushEvent(registry.host, 'team/app')] };
    const url = `${NOTIFICATIONS}/docker-distribution`;
    for (const role of ['viewer', 'editor', 'agent']) {
      const token = await tokenOf(place, role, project);
      expect((await shared.call(url, { token, body })).status).toBe(403);
    }
    const token = await tokenOf(place, 'notifier', other);
    const answer = await shared.call(url, { token, body });
    expect(answer).toMatchObject({ status: 202, json: { result: { queued: 0, ignored: 1 } } });
    expect(registry.seen).toEqual([]);
  });
});

describe('a notification that lies', () => {
  it('about the host, the repository or the digest makes the server call nobody else', async () => {
    const place = placeOf(shared);
    const { registry, image } = await serveImage();
    const { registry: other } = await serveImage();
    const project = await newProject(place, `${registry.host}/team/*`);
    const token = await tokenOf(place, 'notifier', project);
    const hosts = [
      other.host,
      '169.254.169.254',
      `${registry.host}@${other.host}`,
      `${registry.host}/x`,
      '[::1]:5000',
      'localhost:1',
    ];
    const events = [
      ...hosts.map((host) => pushEvent(host, 'team/app')),
      pushEvent(registry.host, 'elsewhere/app'),
      pushEvent(registry.host, 'team/deep/app'),
    ];
    for (const event of events) {
      const url = `${NOTIFICATIONS}/docker-distribution`;
      const { status, json } = await shared.call(url, { token, body: { events: [event] } });
      expect([status, valueAt(json, 'result.queued') ?? 0]).toEqual([expect.any(Number), 0]);
      expect([202, 400]).toContain(status);
    }
    const url = `${NOTIFICATIONS}/docker-distribution`;
    const invented = { events: [pushEvent(registry.host, 'team/app', { tag: 'v1' })] };
    expect((await shared.call(url, { token, body: invented })).status).toBe(202);
    const name = `${registry.host}/team/app@sha256:${'b'.repeat(64)}`;
    const failing = { standing: 'PENDING', asked: { failures: 1 } };
    await vi.waitFor(async () => {
      expect(await standing(place, project, name)).toMatchObject(failing);
    }, SOON);
    expect(other.seen).toEqual([]);
    // What the digest of another image holds is not told for the asking.
    await ask(place, await newProject(place), image);
    expect(await standing(place, project, image)).toEqual({});
  });

  it('late and doubled ones leave the tag where the registry has it', async () => {
    const place = placeOf(shared);
    const { registry, digest, image } = await serveImage();
    const project = await newProject(place, `${registry.host}/team/*`);
    const token = await tokenOf(place, 'notifier', project);
    const url = `${NOTIFICATIONS}/docker-distribution`;
    const event = pushEvent(registry.host, 'team/app', { digest, tag: 'v1' });
    for (let count = 0; count < 3; count += 1) {
      const answer = await shared.call(url, { token, body: { events: [event, event] } });
      expect(answer.status).toBe(202);
      await untilRead(place, project, image);
    }
    expect(registry.layersRead()).toBe(1);
    expect(await standing(place, project, `${registry.host}/team/app:v1`)).toMatchObject({
      tags: ['v1'],
    });
    // Of an image that has had the tag before: the registry says where it is now.
    registry.tag('v2', digest);
    const stale = pushEvent(registry.host, 'team/app', { tag: 'v2' });
    const fresh = pushEvent(registry.host, 'team/app', { digest, tag: 'v2' });
    await shared.call(url, { token, body: { events: [fresh] } });
    await shared.call(url, { token, body: { events: [stale] } });
    await shared.call(url, { token, body: { events: [fresh] } });
    await vi.waitFor(async () => {
      expect(await standing(place, project, image)).toMatchObject({ tags: ['v1', 'v2'] });
    }, SOON);
  });
});

describe('a flood', () => {
  it('fills the project’s own queue and no more, and hears when to come again', async () => {
    const data = join(root, 'flooded');
    const server = await startAssay({ data, args: ['--scan-workers', '0', ...SILENT] });
    closing.push(() => server.stop());
    const place = placeOf(server);
    const project = await newProject(place, '127.0.0.1:9/**');
    const token = await tokenOf(place, 'notifier', project);
    const url = `${NOTIFICATIONS}/docker-distribution`;
    const batch = (round: number): object => ({
      events: Array.from({ length: 100 }, (_, index) => {
        const digest = `sha256:${String(round * 100 + index).padStart(64, '0')}`;
        return pushEvent('127.0.0.1:9', 'team/app', { digest });
      }),
    });
    for (let round = 0; round < 10; round += 1) {
      expect((await server.call(url, { token, body: batch(round) })).status).toBe(202);
    }
    const full = await server.call(url, { token, body: batch(10) });
    expect(full.status).toBe(429);
    expect(full.headers.get('retry-after')).toBe('30');
    // The same again is no more; and who is more urgent still finds room.
    expect((await server.call(url, { token, body: batch(0) })).status).toBe(202);
    const image = `127.0.0.1:9/team/app@sha256:${'c'.repeat(64)}`;
    expect((await ask(place, project, image)).status).toBe(200);
    const { json } = await server.call('/api/v1/scan-queue');
    expect(json).toMatchObject({ result: { waiting: 1001, running: 0 } });
    const metrics = await fetch(`${server.http}/metrics`, {
      headers: { authorization: `Bearer ${place.token}` },
    });
    expect(await metrics.text()).toContain('assay_scans{state="waiting"} 1001');
  });

  it('of bytes is cut off', async () => {
    const place = placeOf(shared);
    const token = await tokenOf(place, 'notifier', await newProject(place));
    const url = `${NOTIFICATIONS}/docker-distribution`;
    const body = { events: [], padding: 'x'.repeat(1024 * 1024) };
    expect((await shared.call(url, { token, body })).status).toBe(413);
    const many = { events: Array(101).fill(pushEvent('a.example', 'b')) };
    expect((await shared.call(url, { token, body: many })).status).toBe(400);
  });
});
