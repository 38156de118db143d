/** `assay images`: how scans stand, for people in 80 columns and for pipelines by exit codes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, runAssay } from '../support/assay-command.ts';
import { type AssayServer, startAssay } from '../support/assay-server.ts';
import { type CountingRegistry, startCountingRegistry } from '../support/counting-registry.ts';
import { DEBIAN12, OCI, addLayer, dpkgStatus, openLayout } from '../support/image-layout.ts';
import { osvRecord, writeOsvExport } from '../support/osv-records.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-images-'));
const data = join(root, 'data');
let server: AssayServer;
let registry: CountingRegistry;
let release: () => void;

beforeAll(async () => {
  const layout = openLayout(join(root, 'layout'));
  const files = (name: string) =>
    [
      ['etc/os-release', DEBIAN12],
      ['var/lib/dpkg/status', dpkgStatus([`${name} 1.0`])],
    ] as const;
  const [bad, good] = [
    await addLayer(layout, files('vulnerable')),
    await addLayer(layout, files('fine')),
  ];
  const [vulnerable, fine] = [layout.addImage([bad]), layout.addImage([good])];
  const platform = (architecture: string) => ({ os: 'linux', architecture });
  const manifests = [vulnerable, fine].map((digest, index) => ({
    mediaType: OCI.manifest,
    digest,
    size: 1000,
    platform: platform(index === 0 ? 'amd64' : 'arm64'),
  }));
  const index = layout.addJson(
    { schemaVersion: 2, mediaType: OCI.index, manifests },
    OCI.index,
  ).digest;
  registry = await startCountingRegistry(layout, new Set([bad.digest, good.digest]));
  registry.tag('vulnerable', vulnerable);
  registry.tag('fine', fine);
  registry.tag('both', index);
  const records = [['CVE-1', osvRecord('CVE-1', 'vulnerable')]] as const;
  const exported = writeOsvExport(join(root, 'osv'), records);
  await runAssay(['advisories', 'import', exported, '--complete', '--data', data]);
  release = registry.hold();
  server = await startAssay({ data, args: ['--log-level', 'silent'] });
});
afterAll(async () => {
  await server?.stop();
  await registry?.close();
  rmSync(root, { recursive: true });
});

const image = (tag: string): string => `${registry.host}/team/app:${tag}`;
const images = (...args: readonly string[]): Promise<Ended> =>
  runAssay(['images', ...args, '--data', data]);

interface ListedRow {
  readonly image: string;
  readonly standing: string;
}

function rowsOf({ stdout }: Ended): readonly ListedRow[] {
  return (JSON.parse(stdout) as { images: readonly ListedRow[] }).images;
}

describe('an image that was asked for', () => {
  it('is undecided while it waits, whatever the limit', async () => {
    for (const tag of ['vulnerable', 'fine', 'both']) {
      expect(await images('scan', image(tag))).toMatchObject({ code: 0 });
    }
    const waiting = await images('status', image('fine'), '--fail-on', 'CRITICAL');
    expect(waiting).toMatchObject({ code: 3, stdout: expect.stringMatching(/undecided: scan/) });
    release();
  });

  it('then has its outcome, by which a pipeline goes on or not', async () => {
    const gate = (tag: string, ...more: readonly string[]): Promise<Ended> =>
      images('status', image(tag), '--wait', '60s', ...more);
    expect(await gate('vulnerable')).toMatchObject({ code: 0 });
    expect(await gate('vulnerable', '--fail-on', 'HIGH')).toMatchObject({ code: 2 });
    const fine = await gate('fine', '--fail-on', 'LOW');
    expect(fine).toMatchObject({ code: 0, stdout: expect.stringContaining('none known') });
    expect(await gate('both', '--fail-on', 'HIGH')).toMatchObject({ code: 2 });
    expect(await images('status', image('absent'))).toMatchObject({ code: 1 });
  });

  it('is a line of the list, within 80 columns on a terminal', async () => {
    const listed = await images('list', '--output', 'json');
    const rows = rowsOf(listed);
    expect(rows.map(({ standing }) => standing)).toEqual(['COMPLETE', 'COMPLETE', 'COMPLETE']);
    const some = await images('list', '--limit', '2', '--output', 'json');
    const names = rows.map(({ image: name }) => name);
    expect(rowsOf(some).map(({ image: name }) => name)).toEqual(names.slice(0, 2));
    const matched = expect.stringMatching(
      /\nread: \S+ by extractor \d+\nmatched: \S+ with advisories/,
    );
    expect(await images('status', image('fine'))).toMatchObject({ stdout: matched });
  });
});
