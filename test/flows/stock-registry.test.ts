/** The registry client against a stock registry that skopeo pushed to, behind a password. */
import type { ChildProcess } from 'node:child_process';
import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Digest } from '../../src/domain/digest.ts';
import { parseImageReference } from '../../src/domain/image-reference.ts';
import { parseManifest } from '../../src/image/manifest.ts';
import { openImage } from '../../src/remote/open-image.ts';
import { openRegistryClient } from '../../src/remote/registry-client.ts';
import { resolveTag } from '../../src/remote/resolve-tag.ts';
import { realProgram } from '../support/real.ts';

const registry = realProgram('docker-registry');
const skopeo = realProgram('skopeo');
const missing = !registry || !skopeo;

const USER = 'assay';
const PASSWORD = 'U*U';
/** A published test vector of bcrypt for that password. */
const HASH = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

describe('a stock registry (needs docker-registry, skopeo)', () => {
  let folder = '';
  let host = '';
  let server: ChildProcess | undefined;

  beforeAll(async () => {
    if (missing) return;
    folder = await mkdtemp(join(tmpdir(), 'assay-registry-'));
    host = `127.0.0.1:${await freePort()}`;
    server = await startRegistry(folder, host);
    await pushImage(folder, host);
  });

  afterAll(async () => {
    const ended = new Promise((resolve) => server?.once('exit', resolve));
    if (server?.kill()) await ended;
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  it.skipIf(missing)('is read by tag and by digest (needs docker-registry, skopeo)', async () => {
    const dockerConfig = await dockerConfigOf(folder, host, PASSWORD);
    const reference = parseImageReference(`${host}/team/app:v1`);
    const digest = await resolveTag(reference, { dockerConfig, deadlineMs: 20_000 });
    const read = await readImage(`${host}/team/app@${digest}`, dockerConfig);
    expect(read.digest).toBe(digest);
    expect(read.layers).toHaveLength(1);
    expect(await readImage(`${host}/team/app:v1`, dockerConfig)).toEqual(read);
  });

  it.skipIf(missing)(
    'refuses a wrong password and a missing image by name (needs docker-registry, skopeo)',
    async () => {
      const wrong = await dockerConfigOf(folder, host, 'wrong');
      await expect(readImage(`${host}/team/app:v1`, wrong)).rejects.toMatchObject({
        code: 'registry-refused',
      });
      const right = await dockerConfigOf(folder, host, PASSWORD);
      await expect(readImage(`${host}/team/app:v2`, right)).rejects.toMatchObject({
        code: 'not-found',
      });
    },
  );
});

async function readImage(
  reference: string,
  dockerConfig: string,
): Promise<{ digest: Digest; layers: number[] }> {
  const client = openRegistryClient({ dockerConfig });
  const source = openImage(reference, { client });
  try {
    const top = await source.manifest();
    const manifest = parseManifest(top.bytes, top.mediaType);
    const layers: number[] = [];
    for (const layer of manifest.kind === 'manifest' ? manifest.layers : []) {
      layers.push((await source.readBlob(layer, 1_000_000)).byteLength);
    }
    return { digest: top.digest, layers };
  } finally {
    await client.close();
  }
}

async function startRegistry(folder: string, host: string): Promise<ChildProcess> {
  await writeFile(join(folder, 'htpasswd'), `${USER}:${HASH}\n`);
  const config = {
    version: 0.1,
    log: { level: 'error' },
    storage: { filesystem: { rootdirectory: join(folder, 'data') } },
    http: { addr: host },
    auth: { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
  };
  const file = join(folder, 'config.yml');
  await writeFile(file, JSON.stringify(config));
  const server = spawn(registry ?? '', ['serve', file], { stdio: 'ignore' });
  for (let attempt = 0; attempt < 200 && server.exitCode === null; attempt += 1) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    if (answer?.status === 401) return server;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  server.kill();
  throw new Error(`docker-registry did not start on ${host}`);
}

/** skopeo reads a folder in its own `dir:` layout, which is made here of a single small file. */
async function pushImage(folder: string, host: string): Promise<void> {
  const root = join(folder, 'root');
  await mkdir(join(root, 'etc'), { recursive: true });
  await writeFile(join(root, 'etc/os-release'), 'ID=test\n');
  const source = openImage(`dir:${root}`);
  const top = await source.manifest();
  const manifest = parseManifest(top.bytes, top.mediaType);
  const layout = join(folder, 'layout');
  await mkdir(layout, { recursive: true });
  await writeFile(join(layout, 'version'), 'Directory Transport Version: 1.1\n');
  await writeFile(join(layout, 'manifest.json'), top.bytes);
  const blobs = manifest.kind === 'manifest' ? [manifest.config, ...manifest.layers] : [];
  for (const blob of blobs) {
    await writeFile(join(layout, blob.digest.slice(7)), await source.readBlob(blob, 1_000_000));
  }
  const target = `docker://${host}/team/app:v1`;
  const options = ['--insecure-policy', 'copy', '--dest-tls-verify=false', '--dest-creds'];
  await promisify(execFile)(skopeo ?? '', [
    ...options,
    `${USER}:${PASSWORD}`,
    `dir:${layout}`,
    target,
  ]);
}

async function dockerConfigOf(folder: string, host: string, password: string): Promise<string> {
  const file = join(folder, `config-${password.length}.json`);
  const auth = Buffer.from(`${USER}:${password}`).toString('base64');
  await writeFile(file, JSON.stringify({ auths: { [host]: { auth } } }));
  return file;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
