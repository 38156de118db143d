/**
 * Vendors' own data from the file to the finding: the samples (made to the published formats) are
 * imported as they would be downloaded, and images of those systems are scanned.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runInProcess } from '../support/assay-in-process.ts';
import { DEBIAN12, type LayerFile, dpkgStatus } from '../support/image-layout.ts';
import { bdbFile, rpmHeader } from '../support/rpm-files.ts';
import { openScanBench, type ScanBench } from '../support/scan-workbench.ts';

const SAMPLES = join(import.meta.dirname, '../../src/scanner/advisories/testdata');

interface Scanned {
  readonly status: string;
  readonly problems: readonly { readonly code: string }[];
  readonly findings: readonly {
    readonly id: string;
    readonly aliases: readonly string[];
    readonly records: readonly string[];
    readonly fixState: string;
    readonly severity: string;
    readonly package: { readonly name: string };
  }[];
}

let bench: ScanBench;

beforeAll(async () => {
  bench = await openScanBench();
  const folder = join(bench.root, 'vendors');
  const sample = (path: string): Buffer => readFileSync(join(SAMPLES, path));
  const files: Readonly<Record<string, Buffer>> = {
    'debian/json.gz': gzipSync(sample('debian-tracker/states/input.json')),
    'vex/2026/cve-2026-30001.json': sample('redhat-csaf/statuses/input.json'),
    'vex/2026/cve-2026-30002.json': sample('redhat-csaf/modules/input.json'),
    'oval/com.oracle.elsa-all.xml': sample('oracle-oval/errata/input.xml'),
    'al2/updateinfo.xml.gz': gzipSync(sample('amazon-updateinfo/repositories/input.xml')),
  };
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), bytes);
  }
  const { stderr, code } = await runInProcess(
    ['advisories', 'import', folder, '--complete'],
    bench.data,
  );
  if (code !== 0) throw new Error(stderr);
});
afterAll(() => bench.close());

async function scanned(...files: readonly LayerFile[]): Promise<Scanned> {
  const { stdout } = await bench.scanFiles(files);
  return JSON.parse(stdout) as Scanned;
}

function brief({ findings }: Scanned): readonly string[] {
  return findings.map(
    ({ id, fixState, severity, package: { name } }) => `${name} ${id} ${fixState} ${severity}`,
  );
}

function rpm(name: string, evr: readonly [string, string], more: Record<number, string> = {}) {
  const [version, release] = evr;
  const source = `${name.replace('-libs', '')}-${version}-${release}.src.rpm`;
  const tags = { 1000: name, 1001: version, 1002: release, 1003: [1], 1022: 'x86_64' };
  return rpmHeader({ ...tags, 1044: source, ...more });
}

it('Debian: what the tracker says where there is no fix', async () => {
  const read = await scanned(
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus(['openssl 3.0.15-1~deb12u1'])],
  );
  expect(brief(read)).toEqual([
    'openssl DEBIAN-CVE-2026-10003 minor MINIMAL',
    'openssl DEBIAN-CVE-2026-10004 wont-fix LOW',
    'openssl DEBIAN-CVE-2026-10005 under-investigation SEVERITY_UNSPECIFIED',
    'openssl DEBIAN-CVE-2026-10006 minor SEVERITY_UNSPECIFIED',
  ]);
});

it('Red Hat: a binary package by its source, a module by its stream, content sets by name', async () => {
  const headers = [
    rpm('openssl-libs', ['3.0.7', '20.el9_2']),
    rpm('nodejs', ['16.20.2', '1.el9_2']),
  ];
  const read = await scanned(
    ['etc/os-release', 'ID=rhel\nVERSION_ID=9.2\nPRETTY_NAME="Red Hat Enterprise Linux 9.2"\n'],
    ['var/lib/rpm/Packages', bdbFile(headers)],
    [
      'root/buildinfo/content_manifests/ubi9.json',
      '{"content_sets":["rhel-9-for-x86_64-baseos-rpms","rhel-9-for-x86_64-appstream-rpms"]}',
    ],
  );
  expect(brief(read)).toEqual([
    'nodejs REDHAT-CVE-2026-30002 unfixed HIGH',
    'openssl-libs REDHAT-CVE-2026-30001 fixed MEDIUM',
  ]);
  expect(read.findings[1]?.aliases).toEqual(['CVE-2026-30001', 'RHSA-2026:5001']);
  expect(read.problems.map(({ code }) => code)).not.toContain('advisories-partial');
});

it('Oracle: a module stream has its own errata', async () => {
  const label = { 5096: 'nodejs:16:8080020230101:x' };
  const headers = [rpm('nodejs', ['16.20.2', '1.module+el8.8.0'], label)];
  const other = rpm('nodejs', ['18.17.1', '1.module+el8.8.0'], { 5096: 'nodejs:18:1:x' });
  const release: LayerFile = ['etc/os-release', 'ID=ol\nVERSION_ID=8.9\n'];
  const none = await scanned(release, ['var/lib/rpm/Packages', bdbFile(headers)]);
  expect(brief(none)).toEqual([]);
  const one = await scanned(release, ['var/lib/rpm/Packages', bdbFile([other])]);
  expect(brief(one)).toEqual(['nodejs ELSA-2026-1002 fixed MEDIUM']);
});

it('another order is another answer, of what was scanned before, too', async () => {
  const record = {
    id: 'OSV-1',
    modified: '2026-11-20T00:00:00Z',
    aliases: ['CVE-2026-10002'],
    affected: [
      {
        package: { ecosystem: 'Debian:12', name: 'openssl' },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '9' }] }],
      },
    ],
  };
  const folder = join(bench.root, 'osv-more', 'Debian-more');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'OSV-1.json'), JSON.stringify(record));
  await runInProcess(['advisories', 'import', join(bench.root, 'osv-more')], bench.data);
  const files: readonly LayerFile[] = [
    ['etc/os-release', DEBIAN12],
    ['var/lib/dpkg/status', dpkgStatus(['openssl 3.0.15-1~deb12u1'])],
  ];
  const ids = async () => (await scanned(...files)).findings.map(({ id }) => id);
  expect(await ids()).not.toContain('OSV-1');
  const order = ['advisories', 'order', '--source-order', 'osv', '--output', 'json'];
  const { stdout } = await runInProcess(order, bench.data);
  expect(JSON.parse(stdout).orders[0].order.slice(0, 2)).toEqual(['osv', 'debian-tracker']);
  expect(await ids()).toContain('OSV-1');
  const wrong = await runInProcess(['advisories', 'order', '--source-order', 'nvd'], bench.data);
  expect(wrong.stderr).toContain('debian-tracker, redhat-csaf');
});
