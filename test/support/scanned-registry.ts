/**
 * A registry of names that is the proxy of a gcloud, and a server that scanned images of it: what
 * tests of gcloud's image commands stand on.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { runAssay } from './assay-command.ts';
import type { AssayServer } from './assay-server.ts';
import { startAssay } from './assay-server.ts';
import { startService } from './assay-service.ts';
import { type Gcloud, openGcloud } from './gcloud.ts';
import { DEBIAN12, addLayer, dpkgStatus, openLayout } from './image-layout.ts';
import { osvRecord, writeOsvExport } from './osv-records.ts';
import { pushImage } from './push-layout.ts';

/** The project that scans, and when its image was built. */
export const PROJECT = 'default';
/** Where its image is in Artifact Registry. */
export const REPOSITORY = `us-docker.pkg.dev/${PROJECT}/shop`;
const CREATED = '2018-11-30T10:36:17Z';
const HOSTS = ['gcr.io.local', 'gcr.io', 'us-docker.pkg.dev'];

/** What runs, and the image with a critical and a high vulnerability that was scanned. */
export interface ScannedRegistry {
  readonly folder: string;
  readonly server: AssayServer;
  readonly gcloud: Gcloud;
  /** `localhost:PORT`. */
  readonly localhost: string;
  readonly digest: Digest;
  close(): Promise<void>;
}

/**
 * Starts it all: the image is `app`, tagged `1.0.2` and `latest`, under every name. With an
 * `upstream` it lies there, and our registry reads through.
 */
export async function startScannedRegistry(
  program: string,
  upstream?: string,
): Promise<ScannedRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'scanned-registry-'));
  const proxyCa = join(folder, 'ca.pem');
  const names = HOSTS.flatMap((host) => ['--host', host]);
  const where = ['--listen', '127.0.0.1:0', '--proxy-ca', proxyCa, ...names];
  const more = upstream === undefined ? [] : ['--upstream', upstream];
  const serve = ['registry', 'serve', join(folder, 'images')];
  const registry = await startService([...serve, ...where, ...more]);
  const proxy = registry.ready['http'] ?? '';
  const mirrors = HOSTS.flatMap((host) => ['--registry-mirror', `${host}=${proxy}`]);
  const server = await startAssay({ args: mirrors });
  const digest = await pushVulnerable(folder, upstream ?? proxy);
  const localhost = proxy.replace('http://127.0.0.1', 'localhost');
  await scan(server, folder, [
    `gcr.io.local/${PROJECT}/app:1.0.2`,
    `gcr.io/${PROJECT}/app:1.0.2`,
    `${REPOSITORY}/app:1.0.2`,
    `${localhost}/${PROJECT}/app:1.0.2`,
  ]);
  const { http, tokenFile } = server;
  const target = { http, tokenFile, project: PROJECT, cwd: folder, proxy, proxyCa };
  const gcloud = openGcloud(program, target);
  const close = async (): Promise<void> => {
    gcloud.close();
    await server.stop();
    await registry.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, server, gcloud, localhost, digest, close };
}

async function pushVulnerable(folder: string, registry: string): Promise<Digest> {
  const layout = openLayout(join(folder, 'layout'));
  const layer = await addLayer(layout, [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus(['openssl 1.0', 'zlib 1.2'])],
  ]);
  const digest = layout.addImage([layer], {}, { created: CREATED });
  for (const repository of [`${PROJECT}/app`, `${PROJECT}/shop/app`]) {
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
  expect(await runAssay(['advisories', 'import', records, '--complete', ...to])).toMatchObject({
    code: 0,
  });
  for (const name of names) {
    expect(await runAssay(['scan', name, '--project', PROJECT, ...to])).toMatchObject({ code: 0 });
  }
}
