/** What a scan found in a private image is told to the projects that reached its repository. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import { type WaveRegistry, startWaveRegistry } from '../support/wave-registry.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
let folder = '';
let registry: WaveRegistry;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'private-facts-'));
  registry = await startWaveRegistry();
});

afterEach(async () => {
  await registry.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a project that asks for a known digest and is turned away is told nothing of it', async () => {
  const data = join(folder, 'data');
  const run = (...args: readonly string[]) => runInProcess([...args], data);
  const config = JSON.stringify({
    os: 'linux',
    architecture: 'amd64',
    rootfs: { type: 'layers', diff_ids: [] },
  });
  const pointer = registry.putBlob('team/app', config, 'application/vnd.oci.image.config.v1+json');
  const document = { schemaVersion: 2, mediaType: MANIFEST, config: pointer, layers: [] };
  const { digest } = registry.putManifest('team/app', document, 'v1');
  const name = `${registry.host}/team/app@${digest}`;
  const reached = await run('scan', name, '--project', 'reached', '--output', 'json');
  expect(reached.stdout).toContain(digest);
  for (const status of [401, 403, 404]) {
    const denied = { body: '{}', status };
    registry.put(`team/app/manifests/${digest}`, denied);
    const turned = await run('scan', name, '--project', 'stranger', '--output', 'json');
    expect(turned.code).not.toBe(0);
    expect(turned.stdout).toBe('');
  }
  const listed = await run('images', 'list', '--project', 'stranger', '--output', 'json');
  expect(listed.stdout).not.toContain(digest);
  const own = await run('images', 'list', '--project', 'reached', '--output', 'json');
  expect(own.stdout).toContain(digest);
});
