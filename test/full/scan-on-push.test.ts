/** Scans that start by themselves: real registries tell, are polled, or are named by a webhook. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { runAssay } from '../support/assay-command.ts';
import { type AssayServer, imageReview, startAssay, valueAt } from '../support/assay-server.ts';
import { startService } from '../support/assay-service.ts';
import { DEBIAN12, addLayer, dpkgStatus, openLayout } from '../support/image-layout.ts';
import { type LoopbackServer, startLoopbackServer } from '../support/loopback-server.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';
import { type StockRegistry, startStockRegistry } from '../support/stock-registry.ts';

const program = realProgram('docker-registry');
const skopeo = realProgram('skopeo');
const SOON = { timeout: 30_000, interval: 100 };
const root = mkdtempSync(join(tmpdir(), 'assay-push-'));
const closing: (() => Promise<unknown>)[] = [];
let server: AssayServer;

beforeAll(async () => {
  server = await startAssay({ args: ['--log-level', 'silent', '--scan-workers', '2'] });
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});
afterAll(async () => {
  await server?.stop();
  rmSync(root, { recursive: true });
});

let made = 0;

/** An image of one package, in a layout of its own. */
async function makeImage(name: string): Promise<{ layout: string; push: Push; digest: Digest }> {
  const layout = openLayout(join(root, `layout-${(made += 1)}`));
  const files = [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus([`${name} 1.0`])],
  ] as const;
  const digest = layout.addImage([await addLayer(layout, files)]);
  const push: Push = (registry, repository, ...tags) =>
    pushImage(layout, digest, { registry, repository, tags });
  return { layout: layout.folder, push, digest };
}

type Push = (registry: string, repository: string, ...tags: readonly string[]) => Promise<void>;

async function newProject(): Promise<string> {
  const project = `p${(made += 1)}`;
  await server.call('/api/v1/projects', { body: { project } });
  return project;
}

async function tokenOf(role: string, project: string): Promise<string> {
  const body = { role, name: role, lifetime: 3_600_000_000, project };
  const answer = await server.call('/api/v1/tokens', { body });
  return String(valueAt(answer.json, 'result.secret'));
}

async function watch(project: string, pattern: string, more: object = {}): Promise<void> {
  const path = `/api/v1/projects/${project}/watches`;
  const { status, json } = await server.call(path, { body: { pattern, ...more } });
  expect([status, json]).toMatchObject([200, { result: { pattern } }]);
}

async function stock(token: string, query = ''): Promise<StockRegistry> {
  const url = `${server.http}/api/v1/notifications/docker-distribution${query}`;
  const registry = await startStockRegistry(program ?? '', { url, token });
  closing.push(() => registry.stop());
  return registry;
}

async function status(project: string, image: string): Promise<Readonly<Record<string, unknown>>> {
  const path = `/api/v1/projects/${project}/images/${encodeURIComponent(image)}`;
  const { json } = await server.call(path);
  return (valueAt(json, 'result') ?? {}) as Readonly<Record<string, unknown>>;
}

async function untilScanned(project: string, image: string): Promise<void> {
  // No advisories are loaded: what was read is there, and says that it is not whole.
  const read = { scanTime: expect.any(Number) };
  await vi.waitFor(async () => expect(await status(project, image)).toMatchObject(read), SOON);
}

const hostOf = ({ url }: { readonly url: string }): string => url.replace('http://', '');

describe.skipIf(!program)('a stock registry that tells of pushes (needs docker-registry)', () => {
  it('each project that watches the repository has its image, read once', async () => {
    const [one, two, three] = [await newProject(), await newProject(), await newProject()];
    const body = { role: 'notifier', name: 'all', lifetime: 3_600_000_000 };
    const { json } = await server.call('/api/v1/tokens', { body });
    const registry = await stock(String(valueAt(json, 'result.secret')));
    const host = hostOf(registry);
    await watch(one, `${host}/team/*`);
    await watch(two, `${host}/team/app`);
    await watch(three, `${host}/other/**`);
    const image = await makeImage('pushed');
    await image.push(registry.url, 'team/app', 'v1');
    for (const project of [one, two]) {
      await untilScanned(project, `${host}/team/app@${image.digest}`);
    }
    const shown = { tags: ['v1'], platform: 'linux/amd64' };
    expect(await status(one, `${host}/team/app:v1`)).toMatchObject(shown);
    expect(await status(three, `${host}/team/app:v1`)).toEqual({});
    const listed = await runAssay(['images', 'list', '--project', one, '--data', server.data]);
    expect(listed.stdout).toContain(`${host}/team/app@sha256:`);
    expect(listed.stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it('with a token of one project only that one hears of it', async () => {
    const [one, two] = [await newProject(), await newProject()];
    const registry = await stock(await tokenOf('notifier', one));
    const host = hostOf(registry);
    for (const project of [one, two]) await watch(project, `${host}/**`);
    const image = await makeImage('bound');
    await image.push(registry.url, 'app', 'v1');
    await untilScanned(one, `${host}/app:v1`);
    expect(await status(two, `${host}/app:v1`)).toEqual({});
  });
});

/** Stands before the server, and is out of order for the first calls; answers its address. */
async function startBadLine(failures: number): Promise<LoopbackServer> {
  let left = failures;
  const line = await startLoopbackServer(async ({ url, authorization = '', body }, response) => {
    left -= 1;
    if (left >= 0) return void response.writeHead(503).end();
    const headers = { authorization };
    const { status } = await fetch(server.http + url, { method: 'POST', headers, body });
    return void response.writeHead(status).end();
  });
  closing.push(() => line.close());
  return line;
}

describe('a server that does not answer at first', () => {
  it.skipIf(!program)('is told again by a stock registry (needs docker-registry)', async () => {
    const project = await newProject();
    const line = await startBadLine(2);
    const url = `http://${line.host}/api/v1/notifications/docker-distribution`;
    const token = await tokenOf('notifier', project);
    const registry = await startStockRegistry(program ?? '', { url, token });
    closing.push(() => registry.stop());
    const host = hostOf(registry);
    await watch(project, `${host}/**`);
    const image = await makeImage('told-again');
    await image.push(registry.url, 'app', 'v1');
    await untilScanned(project, `${host}/app:v1`);
    expect(line.seen.length).toBeGreaterThanOrEqual(3);
  });

  it('is told again by registry serve', async () => {
    const project = await newProject();
    const line = await startBadLine(2);
    const registry = await serveRegistry(project, `http://${line.host}`);
    const host = hostOf({ url: registry });
    await watch(project, `${host}/**`);
    const image = await makeImage('served-again');
    await image.push(registry, 'app', 'v1');
    await untilScanned(project, `${host}/app:v1`);
    expect(line.seen.length).toBeGreaterThanOrEqual(3);
  });
});

/** Our own registry, which tells a server of pushes. */
async function serveRegistry(project: string, notify: string): Promise<string> {
  const tokenFile = join(root, `token-${(made += 1)}`);
  writeFileSync(tokenFile, `${await tokenOf('notifier', project)}\n`);
  const where = ['registry', 'serve', join(root, `served-${made}`), '--listen', '127.0.0.1:0'];
  const told = ['--notify', notify, '--notify-token-file', tokenFile];
  const registry = await startService([...where, ...told]);
  closing.push(() => registry.stop());
  return registry.ready['http'] ?? '';
}

describe.skipIf(!program)('polling (needs docker-registry)', () => {
  it('finds what nobody told of, and reads only what changed', async () => {
    const project = await newProject();
    const registry = await startStockRegistry(program ?? '');
    closing.push(() => registry.stop());
    const host = hostOf(registry);
    const image = await makeImage('polled');
    await image.push(registry.url, 'app', 'v1', 'v2');
    await watch(project, `${host}/app`, { pollEvery: 60_000_000 });
    await untilScanned(project, `${host}/app:v2`);
    expect(await status(project, `${host}/app:v1`)).toMatchObject({ tags: ['v1', 'v2'] });
    const { json } = await server.call(`/api/v1/projects/${project}/watches`);
    expect(valueAt(json, 'result.0')).toMatchObject({ on: true, pollTime: expect.any(Number) });
  });
});

describe.skipIf(!program)('first sight by a webhook (needs docker-registry)', () => {
  it('queues what the project watches, and does not wait for it', async () => {
    const project = await newProject();
    await server.call(`/api/v1/projects/${project}/clusters`, {
      body: { cluster: 'eu.main' },
    });
    const registry = await startStockRegistry(program ?? '');
    closing.push(() => registry.stop());
    const host = hostOf(registry);
    const [image, other] = [await makeImage('seen'), await makeImage('unwatched')];
    await image.push(registry.url, 'team/app', 'v1');
    await other.push(registry.url, 'other', 'v1');
    await watch(project, `${host}/team/**`);
    const path = `/webhook/image-review/projects/${project}/clusters/eu.main`;
    const images = [`${host}/team/app@${image.digest}`, `${host}/other@${other.digest}`];
    expect(await server.review(imageReview(images), path)).toMatchObject({ http: 200 });
    await untilScanned(project, images[0] ?? '');
    expect(await status(project, images[1] ?? '')).toEqual({});
  });
});

describe('the states of a scan', () => {
  it('are seen from the first second, as status, in the list and as DISCOVERY', async () => {
    const project = await newProject();
    const image = `127.0.0.1:1/app@sha256:${'a'.repeat(64)}`;
    const asked = await server.call(`/api/v1/projects/${project}/scan-requests`, {
      body: { image },
    });
    expect(asked.json).toMatchObject({ result: { resourceUri: image, state: 'PENDING' } });
    expect(await status(project, image)).toMatchObject({
      standing: expect.stringMatching(/PENDING|SCANNING/),
      asked: { origin: 'request' },
    });
    const discovery = async (): Promise<unknown> => {
      const path = `/v1/projects/${project}/occurrences?filter=kind%3D%22DISCOVERY%22`;
      return valueAt((await server.call(path)).json, 'occurrences.0.discovery');
    };
    expect(await discovery()).toMatchObject({
      analysisStatus: expect.stringMatching(/PENDING|SCANNING/),
    });
    const why = { analysisError: [{ message: expect.stringContaining('127.0.0.1:1') }] };
    await vi.waitFor(async () => expect(await discovery()).toMatchObject(why), SOON);
    const args = ['images', 'status', image, '--project', project, '--data', server.data];
    const shown = await runAssay(args);
    expect(shown).toMatchObject({ code: 3, stdout: expect.stringContaining('undecided') });
  });
});

describe('registry serve --notify', () => {
  it.skipIf(!skopeo)('tells of what skopeo pushes (needs skopeo)', async () => {
    const project = await newProject();
    const url = await serveRegistry(project, server.http);
    const host = hostOf({ url });
    await watch(project, `${host}/**`);
    const { layout, digest } = await makeImage('copied');
    const from = `oci:${layout}`;
    await promisify(execFile)(skopeo ?? '', [
      'copy',
      '--insecure-policy',
      '--dest-tls-verify=false',
      from,
      `docker://${host}/team/app:v1`,
    ]);
    await untilScanned(project, `${host}/team/app@${digest}`);
    expect(await status(project, `${host}/team/app:v1`)).toMatchObject({ tags: ['v1'] });
  });
});
