/**
 * gcloud's commands on images with the stock gcloud: our registry is the proxy of the registries
 * that it names, the facts come from scans of the images there.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
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

  it('describes an image of a registry on loopback, over plain http', async () => {
    const host = (registry.ready['http'] ?? '').replace('http://127.0.0.1', 'localhost');
    const where = `${host}/${PROJECT}/app:1.0.2`;
    const described = await images('describe', where, '--show-package-vulnerability');
    expect(described).toMatchObject({ code: 0 });
    expect(parse(described.stdout)).toMatchObject({
      image_summary: { digest, fully_qualified_digest: `${host}/${PROJECT}/app@${digest}` },
      package_vulnerability_summary: {
        vulnerabilities: { CRITICAL: [{ kind: 'VULNERABILITY' }], HIGH: [{}] },
      },
    });
    const all = await images('describe', where, '--show-all-metadata');
    expect(parse(all.stdout)).toMatchObject({ discovery_summary: { discovery: [{}] } });
  });

  const artifacts = (...args: readonly string[]): Promise<Ended> =>
    gcloud.run('artifacts', ...args);
  const REPOSITORY = `us-docker.pkg.dev/${PROJECT}/shop`;

  it('artifacts docker images list tells of a repository and of an image', async () => {
    const listed = await artifacts('docker', 'images', 'list', REPOSITORY, '--include-tags');
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.stdout).toMatch(new RegExp(`${REPOSITORY}/app +${digest} +1.0.2 `));
    const how = ['--show-occurrences', '--format=json'];
    for (const where of [REPOSITORY, `${REPOSITORY}/app`]) {
      const found = await artifacts('docker', 'images', 'list', where, ...how);
      expect(found).toMatchObject({ code: 0 });
      expect(JSON.parse(found.stdout)).toMatchObject([
        {
          package: `${REPOSITORY}/app`,
          version: digest,
          DISCOVERY: [{ kind: 'DISCOVERY' }],
          vuln_counts: { CRITICAL: 1, HIGH: 1 },
          metadata: { buildTime: expect.stringContaining('2018-11-30') as string },
        },
      ]);
    }
  });

  it.each([
    ['a tag', `${REPOSITORY}/app:1.0.2`, REPOSITORY],
    ['a digest', `${REPOSITORY}/app`, REPOSITORY],
    ['a name of gcr.io', `gcr.io/${PROJECT}/app:1.0.2`, `us-docker.pkg.dev/${PROJECT}/gcr.io`],
  ])('artifacts docker images describe takes %s', async (_name, image, repository) => {
    const where = image.includes('app:') ? image : `${image}@${digest}`;
    const show = ['--show-package-vulnerability', '--show-all-metadata'];
    const described = await artifacts('docker', 'images', 'describe', where, ...show);
    expect(described).toMatchObject({ code: 0 });
    expect(parse(described.stdout)).toMatchObject({
      image_summary: { digest, fully_qualified_digest: `${repository}/app@${digest}` },
      discovery_summary: { discovery: [{}] },
      package_vulnerability_summary: { vulnerabilities: { CRITICAL: [{}], HIGH: [{}] } },
    });
  });

  it('artifacts refuses images, tags and repositories that were not scanned', async () => {
    for (const where of [`${REPOSITORY}/app:2`, `${REPOSITORY}/none:1.0.2`]) {
      const described = await artifacts('docker', 'images', 'describe', where);
      expect(described.code).toBe(1);
      expect(described.stderr).toContain('Image not found');
    }
    const none = await artifacts('docker', 'images', 'list', `us-docker.pkg.dev/${PROJECT}/none`);
    expect(none.code).toBe(1);
    expect(none.stderr).toContain('has scanned no image below');
  });

  it('artifacts vulnerabilities list has the columns of its table', async () => {
    const listed = await artifacts('vulnerabilities', 'list', `${REPOSITORY}/app:1.0.2`);
    expect(listed).toMatchObject({ code: 0 });
    expect(listed.stdout).toMatch(/CVE-2026-1 │ CRITICAL .* │ openssl │ OS /);
    const filter = '--occurrence-filter=severity="HIGH"';
    const high = await artifacts('vulnerabilities', 'list', `${REPOSITORY}/app:1.0.2`, filter);
    expect(high.stdout).toContain('CVE-2026-2');
    expect(high.stdout).not.toContain('CVE-2026-1');
  });

  it('services enable has nothing to do for what is served, and says so of the rest', async () => {
    const api = 'containeranalysis.googleapis.com';
    const enabled = await gcloud.run(
      'services',
      'enable',
      api,
      'binaryauthorization.googleapis.com',
    );
    expect(enabled).toMatchObject({ code: 0 });
    const listed = await gcloud.run('services', 'list', '--enabled', '--format=value(config.name)');
    expect(listed.stdout.split('\n')).toContain(api);
    const other = await gcloud.run('services', 'enable', 'compute.googleapis.com');
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('is not served here');
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
