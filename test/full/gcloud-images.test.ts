/**
 * gcloud's commands on images with the stock gcloud: our registry is the proxy of the registries
 * that it names, the facts come from scans of the images there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import type { Ended } from '../support/assay-command.ts';
import { runAssay } from '../support/assay-command.ts';
import type { AssayServer } from '../support/assay-server.ts';
import { startAssay } from '../support/assay-server.ts';
import type { AssayService } from '../support/assay-service.ts';
import { startService } from '../support/assay-service.ts';
import type { Gcloud } from '../support/gcloud.ts';
import { openGcloud } from '../support/gcloud.ts';
import { DEBIAN12, addLayer, dpkgStatus, openLayout } from '../support/image-layout.ts';
import { osvRecord, writeOsvExport } from '../support/osv-records.ts';
import { pushImage } from '../support/push-layout.ts';
import { realProgram } from '../support/real.ts';

const program = realProgram('gcloud');
const PROJECT = 'default';
const CREATED = '2018-11-30T10:36:17Z';
const PATIENCE = { timeout: 180_000 };
const HOSTS = ['gcr.io.local', 'gcr.io', 'us-docker.pkg.dev'];

describe.skipIf(!program)('images (needs gcloud)', PATIENCE, () => {
  let folder = '';
  let registry: AssayService;
  let server: AssayServer;
  let gcloud: Gcloud;
  let digest: Digest;

  const images = (...args: readonly string[]): Promise<Ended> =>
    gcloud.run('beta', 'container', 'images', ...args);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gcloud-images-'));
    const ca = join(folder, 'ca.pem');
    const hosts = HOSTS.flatMap((host) => ['--host', host]);
    const where = ['--listen', '127.0.0.1:0', '--proxy-ca', ca];
    registry = await startService([
      'registry',
      'serve',
      join(folder, 'images'),
      ...where,
      ...hosts,
    ]);
    const url = registry.ready['http'] ?? '';
    const mirrors = HOSTS.flatMap((host) => ['--registry-mirror', `${host}=${url}`]);
    server = await startAssay({ args: mirrors });
    digest = await pushVulnerable(folder, url, [`${PROJECT}/app`, `${PROJECT}/shop/app`]);
    await scan(server, folder, [
      `gcr.io.local/${PROJECT}/app:1.0.2`,
      `gcr.io/${PROJECT}/app:1.0.2`,
      `us-docker.pkg.dev/${PROJECT}/shop/app:1.0.2`,
      `${url.replace('http://127.0.0.1', 'localhost')}/${PROJECT}/app:1.0.2`,
    ]);
    gcloud = openGcloud(program ?? '', {
      http: server.http,
      tokenFile: server.tokenFile,
      project: PROJECT,
      cwd: folder,
      proxy: url,
      proxyCa: ca,
    });
  }, 120_000);

  afterAll(async () => {
    gcloud?.close();
    await server?.stop();
    await registry?.stop();
    if (folder !== '') rmSync(folder, { recursive: true, force: true });
  });

  it.each(['gcr.io.local', 'gcr.io'])(
    'list-tags of %s has the tutorial’s columns',
    async (host) => {
      const filter = `--occurrence-filter=kind="PACKAGE" AND has_prefix(resource_url, "${host}")`;
      const listed = await images(
        'list-tags',
        `${host}/${PROJECT}/app`,
        '--show-occurrences',
        filter,
      );
      expect(listed).toMatchObject({ code: 0 });
      const [head, row] = listed.stdout.split('\n');
      expect(head).toMatch(/^DIGEST +TAGS +TIMESTAMP +VULNERABILITIES$/);
      const short = digest.slice(7, 19);
      expect(row).toMatch(
        new RegExp(`^${short} +1.0.2,latest +2018-11-30T10:36:17 +CRITICAL=1,HIGH=1`),
      );
    },
  );

  it('list-tags tells what was built of the newest images only', async () => {
    const where = `gcr.io.local/${PROJECT}/app`;
    const listed = await images('list-tags', where, '--show-occurrences-from=1', '--format=json');
    const [image] = JSON.parse(listed.stdout) as Record<string, unknown>[];
    expect(image).toMatchObject({ digest, tags: ['1.0.2', 'latest'] });
  });

  it('lists the images below a project', async () => {
    const listed = await images('list', `--repository=gcr.io.local/${PROJECT}`);
    expect(listed.stdout).toContain(`gcr.io.local/${PROJECT}/app`);
  });
});

async function pushVulnerable(
  folder: string,
  registry: string,
  repositories: readonly string[],
): Promise<Digest> {
  const layout = openLayout(join(folder, 'layout'));
  const layer = await addLayer(layout, [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus(['openssl 1.0', 'zlib 1.2'])],
  ]);
  const digest = layout.addImage([layer], {}, { created: CREATED });
  for (const repository of repositories) {
    await pushImage(layout, digest, { registry, repository, tags: ['1.0.2', 'latest'] });
  }
  return digest;
}

async function scan(server: AssayServer, folder: string, names: readonly string[]): Promise<void> {
  const severity = (score: string): object[] => [{ type: 'CVSS_V3', score }];
  const critical = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H';
  const high = 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H';
  const records = writeOsvExport(join(folder, 'osv'), [
    ['CVE-2026-1', { ...osvRecord('CVE-2026-1', 'openssl'), severity: severity(critical) }],
    ['CVE-2026-2', { ...osvRecord('CVE-2026-2', 'zlib'), severity: severity(high) }],
  ]);
  const to = ['--server', server.http, '--token-file', server.tokenFile];
  expect(await runAssay(['advisories', 'import', records, ...to])).toMatchObject({ code: 0 });
  for (const name of names) {
    expect(await runAssay(['scan', name, '--project', PROJECT, ...to])).toMatchObject({ code: 0 });
  }
}
