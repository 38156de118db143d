/** `assay registry serve` as its users meet it: skopeo pushes and pulls, our own client reads. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Digest } from '../../src/domain/digest.ts';
import type { Descriptor } from '../../src/image/manifest.ts';
import { parseManifest } from '../../src/image/manifest.ts';
import type { ImageSource } from '../../src/remote/image-source.ts';
import { openImage } from '../../src/remote/open-image.ts';
import { assayMain } from '../support/assay-main.ts';
import { realProgram } from '../support/real.ts';
import { testData } from '../support/test-data.ts';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

const skopeo = realProgram('skopeo');
const images = testData('images', 'oci');
const missing = !skopeo || !images;

interface Served {
  readonly process: ChildProcess;
  readonly url: string;
  readonly host: string;
}

/** Starts the command as a user does and waits for its ready line. */
async function serve(folder: string, ...flags: readonly string[]): Promise<Served> {
  const args = [
    await assayMain(),
    'registry',
    'serve',
    folder,
    '--listen',
    '127.0.0.1:0',
    ...flags,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [first] = (await once(createInterface(child.stdout), 'line')) as [string];
  const ready = JSON.parse(first) as { event: string; http: string };
  expect(ready).toEqual({ event: 'ready', http: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/) });
  return { process: child, url: ready.http, host: ready.http.slice('http://'.length) };
}

async function stop(served: Served, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(served.process, 'exit') as Promise<[number | null]>;
  served.process.kill(signal);
  return (await exited)[0];
}

async function copy(...args: readonly string[]): Promise<void> {
  await promisify(execFile)(skopeo ?? '', ['--insecure-policy', 'copy', '--all', ...args]);
}

interface Read {
  readonly digest: Digest;
  /** Every manifest and blob below it; our client checks each one's digest as it reads. */
  readonly content: readonly string[];
}

async function readWhole(reference: string): Promise<Read> {
  const source = openImage(reference);
  try {
    const top = await source.manifest();
    return { digest: top.digest, content: (await readContent(source, top.digest)).sort() };
  } finally {
    await source.close();
  }
}

async function readContent(source: ImageSource, digest: Digest): Promise<string[]> {
  const { bytes, mediaType } = await source.manifest(digest);
  const manifest = parseManifest(bytes, mediaType);
  const below: string[] = [digest];
  if (manifest.kind === 'index') {
    for (const child of manifest.manifests)
      below.push(...(await readContent(source, child.digest)));
    return below;
  }
  for (const blob of [manifest.config, ...manifest.layers]) below.push(await drain(source, blob));
  return below;
}

async function drain(source: ImageSource, descriptor: Descriptor): Promise<string> {
  for await (const chunk of source.blob(descriptor)) void chunk;
  return descriptor.digest;
}

function digestOf(bytes: Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
}

async function refsOf(layout: string): Promise<string[]> {
  const index = parseManifest(await readFile(join(layout, 'index.json')), INDEX_TYPE);
  const manifests = index.kind === 'index' ? index.manifests : [];
  return manifests.flatMap((one) => one.annotations?.['org.opencontainers.image.ref.name'] ?? []);
}

describe('assay registry serve', () => {
  let work = '';

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'assay-serve-'));
  });

  afterAll(async () => {
    await rm(work, { recursive: true, force: true });
  });

  it('is read by our own client, and keeps what it took beyond a kill', async () => {
    const folder = join(work, 'own');
    const first = await serve(folder);
    const pushed = await pushByHand(first.url);
    expect(await readWhole(`${first.host}/team/app:v1`)).toMatchObject({ digest: pushed });
    await stop(first, 'SIGKILL');
    const second = await serve(folder, '--read-only');
    const read = await readWhole(`${second.host}/team/app@${pushed}`);
    expect(read.content).toHaveLength(3);
    const refused = await fetch(`${second.url}/v2/a/blobs/uploads/`, { method: 'POST' });
    expect(refused.status).toBe(405);
    expect(await stop(second, 'SIGTERM')).toBe(0);
  });

  it('shows nothing of a blob that was being pushed when it was killed', async () => {
    const folder = join(work, 'killed');
    const first = await serve(folder);
    const bytes = Buffer.alloc(1_000_000, 'x');
    const path = `/v2/team/app/blobs/uploads/?digest=${digestOf(bytes)}`;
    const sent = request(`${first.url}${path}`, {
      method: 'POST',
      headers: { 'content-length': bytes.length },
    });
    const broken = once(sent, 'error');
    sent.write(bytes.subarray(0, bytes.length / 2));
    await expect.poll(() => readdir(join(folder, 'uploads')).catch(() => [])).toHaveLength(1);
    await stop(first, 'SIGKILL');
    await broken;
    const second = await serve(folder);
    const blob = await fetch(`${second.url}/v2/team/app/blobs/${digestOf(bytes)}`);
    expect(blob.status).toBe(404);
    expect(await readdir(join(folder, 'blobs/sha256')).catch(() => [])).toEqual([]);
    const again = await fetch(`${second.url}${path}`, { method: 'POST', body: bytes });
    expect(again.status).toBe(201);
    expect(await stop(second, 'SIGINT')).toBe(0);
  });

  it.each([
    [['--listen', '0.0.0.0:0'], /beyond loopback/],
    [['--listen', 'nonsense'], /HOST:PORT/],
  ])('refuses %j with a clear error', async (flags, message) => {
    const args = [await assayMain(), 'registry', 'serve', join(work, 'never'), ...flags];
    await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(message),
    });
    expect(await readdir(work)).not.toContain('never');
  });

  it.skipIf(missing)(
    'takes every real image from skopeo and gives it back the same (needs skopeo, ASSAY_TEST_DATA)',
    async () => {
      const served = await serve(join(work, 'real'));
      const back = `oci:${join(work, 'back')}`;
      const refs = await refsOf(images ?? '');
      expect(refs.length).toBeGreaterThan(0);
      for (const ref of refs) {
        const remote = `${served.host}/real/${ref}:v1`;
        await copy('--dest-tls-verify=false', `oci:${images}:${ref}`, `docker://${remote}`);
        await copy('--src-tls-verify=false', `docker://${remote}`, `${back}:${ref}`);
        const original = await readWhole(`oci:${images}:${ref}`);
        expect(await readWhole(remote)).toEqual(original);
        expect(await readWhole(`${back}:${ref}`)).toEqual(original);
      }
      expect(await stop(served, 'SIGTERM')).toBe(0);
    },
  );
});

/** A small image, pushed with nothing but HTTP. */
async function pushByHand(url: string): Promise<Digest> {
  const config = Buffer.from('{"architecture":"amd64","os":"linux"}');
  const layer = Buffer.from('a layer');
  for (const bytes of [config, layer]) {
    const path = `/v2/team/app/blobs/uploads/?digest=${digestOf(bytes)}`;
    const answer = await fetch(`${url}${path}`, { method: 'POST', body: bytes });
    expect(answer.status).toBe(201);
  }
  const describeBlob = (mediaType: string, bytes: Buffer): object => ({
    mediaType,
    digest: digestOf(bytes),
    size: bytes.length,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: MANIFEST_TYPE,
      config: describeBlob('application/vnd.oci.image.config.v1+json', config),
      layers: [describeBlob('application/vnd.oci.image.layer.v1.tar', layer)],
    }),
  );
  const answer = await fetch(`${url}/v2/team/app/manifests/v1`, {
    method: 'PUT',
    headers: { 'content-type': MANIFEST_TYPE },
    body: manifest,
  });
  expect(answer.status).toBe(201);
  return digestOf(manifest);
}
