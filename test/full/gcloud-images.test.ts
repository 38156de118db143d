/**
 * gcloud's commands on images with the stock gcloud: our registry is the proxy of the registries
 * that it names, the facts come from scans of the images there.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Ended } from '../support/assay-command.ts';
import { realProgram } from '../support/real.ts';
import {
  PROJECT,
  REPOSITORY,
  type ScannedRegistry,
  startScannedRegistry,
} from '../support/scanned-registry.ts';
import { startStockRegistry } from '../support/stock-registry.ts';

const program = realProgram('gcloud');
const PATIENCE = { timeout: 180_000 };

describe.skipIf(!program)('images (needs gcloud)', PATIENCE, () => {
  let scanned: ScannedRegistry;
  let digest = '';

  const gcloud = (...args: readonly string[]): Promise<Ended> => scanned.gcloud.run(...args);
  const images = (...args: readonly string[]): Promise<Ended> =>
    gcloud('beta', 'container', 'images', ...args);
  const artifacts = (...args: readonly string[]): Promise<Ended> => gcloud('artifacts', ...args);

  beforeAll(async () => {
    scanned = await startScannedRegistry(program ?? '');
    ({ digest } = scanned);
  }, 120_000);

  afterAll(() => scanned?.close());

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
    const host = scanned.localhost;
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

  it('artifacts takes an order, and lists packages, versions, tags and repositories', async () => {
    const list = ['docker', 'images', 'list', `${REPOSITORY}/app`, '--sort-by=~UPDATE_TIME'];
    expect((await artifacts(...list)).stdout).toContain(digest);
    const where = ['--repository=shop', '--location=us'];
    for (const [args, wanted] of [
      [['docker', 'tags', 'list', `${REPOSITORY}/app`], `1.0.2  ${REPOSITORY}/app  ${digest}`],
      [['packages', 'list', ...where], 'app'],
      [['versions', 'list', '--package=app', ...where], digest],
      [['tags', 'list', '--package=app', ...where], '1.0.2'],
      [['repositories', 'list', '--location=us'], 'shop'],
    ] as const) {
      const listed = await artifacts(...args);
      expect([args, listed.code, listed.stdout]).toEqual([
        args,
        0,
        expect.stringContaining(wanted),
      ]);
    }
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
    const enabled = await gcloud('services', 'enable', api, 'binaryauthorization.googleapis.com');
    expect(enabled).toMatchObject({ code: 0 });
    const listed = await gcloud('services', 'list', '--enabled', '--format=value(config.name)');
    expect(listed.stdout.split('\n')).toContain(api);
    const other = await gcloud('services', 'enable', 'compute.googleapis.com');
    expect(other.code).toBe(1);
    expect(other.stderr).toContain('is not served here');
  });

  it('is no proxy for anybody else', async () => {
    const listed = await gcloud('container', 'images', 'list-tags', 'us.gcr.io/default/app');
    expect(listed.code).toBe(1);
    expect(listed.stderr).toMatch(/403|Tunnel|proxy/i);
  });

  it('lists the images below a project', async () => {
    const listed = await images('list', `--repository=gcr.io.local/${PROJECT}`);
    expect(listed.stdout).toContain(`gcr.io.local/${PROJECT}/app`);
  });
});

const stock = realProgram('docker-registry');

describe.skipIf(!program || !stock)(
  'images of a stock registry (needs gcloud, docker-registry)',
  PATIENCE,
  () => {
    it('are listed and described through ours, which verifies what it reads', async () => {
      const upstream = await startStockRegistry(stock ?? '');
      try {
        const scanned = await startScannedRegistry(program ?? '', upstream.url);
        const run = scanned.gcloud.run.bind(scanned.gcloud);
        const images = ['beta', 'container', 'images'];
        const listed = await run(...images, 'list-tags', `gcr.io/${PROJECT}/app`);
        expect(listed.stdout).toMatch(/ 1.0.2,latest +2018-11-30T10:36:17 +CRITICAL=1,HIGH=1/);
        const where = `${scanned.localhost}/${PROJECT}/app:latest`;
        const described = await run(...images, 'describe', where, '--show-package-vulnerability');
        expect(described.stdout).toContain('CVE-2026-1');
        await scanned.close();
      } finally {
        await upstream.stop();
      }
    });
  },
);
