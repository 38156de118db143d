import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { parseDigest } from '../domain/digest.ts';
import type { Finding, ScanResult } from '../domain/scan-result.ts';
import { DAY, HOUR, parseTime } from '../domain/time.ts';
import { formatScanJson, scanToJson } from './scan-json.ts';
import { formatScanSarif } from './scan-sarif.ts';
import { formatScanTable } from './scan-table.ts';

const UPDATED = parseTime('2026-11-18T12:00:00Z');
const LAYER = parseDigest(`sha256:${'b'.repeat(64)}`);
const SCHEMA_URL = new URL('../../docs/reference/schemas/scan.schema.json', import.meta.url);
const schema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA_URL, 'utf8')));

const NONE = { SEVERITY_UNSPECIFIED: 0, MINIMAL: 0, LOW: 0, MEDIUM: 0, HIGH: 0, CRITICAL: 0 };

const openssl = {
  name: 'libssl3',
  version: '3.0.11-1~deb12u2',
  type: 'deb',
  ecosystem: 'Debian:12',
  architecture: 'amd64',
  purl: 'pkg:deb/debian/libssl3@3.0.11-1~deb12u2?arch=amd64&distro=debian-12',
  source: { name: 'openssl', version: '3.0.11-1~deb12u2' },
  origin: 'installed',
  path: 'var/lib/dpkg/status',
  layer: LAYER,
} as const;

function finding(change: Partial<Finding> = {}): Finding {
  return {
    advisoryId: 'DEBIAN-CVE-2024-0001',
    aliases: ['CVE-2024-0001'],
    summary: 'a flaw in openssl',
    fixedVersion: '3.0.15-1~deb12u1',
    severity: 'HIGH',
    severitySource: 'osv:severity CVSS_V3',
    cvssScore: 7.5,
    cvssVector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    references: ['https://security-tracker.debian.org/tracker/CVE-2024-0001'],
    package: openssl,
    ...change,
  };
}

function withoutFix(): Finding {
  const { fixedVersion: _fix, cvssScore: _score, cvssVector: _vector, ...rest } = finding();
  return { ...rest, advisoryId: 'A-2', severity: 'SEVERITY_UNSPECIFIED', references: ['no url'] };
}

function result(change: Partial<ScanResult> = {}): ScanResult {
  return {
    image: {
      reference: 'registry.example.com/team/app:1.0',
      digest: parseDigest(`sha256:${'a'.repeat(64)}`),
      platform: 'linux/amd64',
    },
    status: 'COMPLETE',
    problems: [],
    advisories: [
      {
        ecosystem: 'Debian:12',
        source: 'OSV export Debian/all.zip',
        updated: UPDATED,
        records: 1956,
        complete: true,
      },
    ],
    system: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
    packages: [openssl],
    findings: [finding()],
    summary: { ...NONE, HIGH: 1 },
    declaredSummary: NONE,
    layersRead: 1,
    ...change,
  };
}

const clean = result({ findings: [], summary: { ...result().summary, HIGH: 0 } });
const bare: ScanResult = (() => {
  const { system: _system, ...rest } = clean;
  const { ecosystem: _e, architecture: _a, layer: _l, ...pkg } = openssl;
  const problems = [{ code: 'system-unknown', message: 'no os-release was found', fatal: true }];
  return { ...rest, status: 'UNSUPPORTED', packages: [pkg], advisories: [], problems };
})();

describe('formatScanTable', () => {
  it('prints what was scanned, against which data, and the findings', () => {
    expect(formatScanTable(result(), { now: UPDATED + 2 * DAY + HOUR })).toBe(`\
Image   registry.example.com/team/app:1.0
Digest  sha256:${'a'.repeat(64)}
System  Debian GNU/Linux 12 (bookworm) (linux/amd64)
Status  COMPLETE
Data    Debian:12: OSV export Debian/all.zip, 2 days old
Found   1 high in 1 package

PACKAGE  INSTALLED         FIXED             SEVERITY  ID
libssl3  3.0.11-1~deb12u2  3.0.15-1~deb12u1  HIGH      DEBIAN-CVE-2024-0001
`);
  });

  it('shows unfixed and unknown as such, worst first, and problems below', () => {
    const problems = [
      { code: 'advisories-old', message: 'the data of Debian:12 are 9 days old', fatal: false },
      { code: 'layer-damaged', message: 'layer 2 ends early', fatal: true },
    ];
    const text = formatScanTable(
      result({ status: 'INCOMPLETE', findings: [finding(), withoutFix()], problems }),
    );
    expect(text).toMatch(/Status {2}INCOMPLETE \(what is below is not all\)\n/);
    expect(text).toMatch(/3\.0\.11-1~deb12u2 +unfixed +UNKNOWN +A-2\n.* HIGH +DEBIAN/);
    expect(text).toMatch(/\nnote: the data .* \[advisories-old\]\nproblem: layer 2 ends early \[/);
    expect(text).toContain('of 2026-11-18');
  });

  it('shows the source version where the binary has another', () => {
    const source = { name: 'openssl', version: '9.9-1' };
    const text = formatScanTable(
      result({ findings: [finding({ package: { ...openssl, source } })] }),
      {
        width: 120,
      },
    );
    expect(text).toContain('3.0.11-1~deb12u2 (source 9.9-1)');
  });

  it('says nothing found only where the scan is complete', () => {
    expect(formatScanTable(clean)).toContain('Found   nothing in 1 package\n');
    expect(formatScanTable({ ...clean, status: 'INCOMPLETE' })).toContain('not an all-clear');
    expect(formatScanTable(bare)).toContain('UNSUPPORTED (this system cannot be judged)');
    expect(formatScanTable(bare)).toContain('Data    no advisories');
  });

  it('prints one part per platform of an index', () => {
    expect(formatScanTable([clean, clean]).match(/^Image {3}/gm)).toHaveLength(2);
  });

  it('has no escape sequence unless colour is asked for', () => {
    expect(formatScanTable(result())).not.toContain('\u001b');
    expect(formatScanTable(result(), { color: true })).toContain('\u001b[31mHIGH\u001b[0m');
  });

  it('lets no control character of names, versions or messages reach the terminal', () => {
    const evil = 'x\u001b]0;owned\u0007\r\u202e\u009b31m\ny';
    const pkg = { ...openssl, name: evil, version: evil, source: { name: evil, version: evil } };
    const text = formatScanTable(
      result({
        image: { ...result().image, reference: evil, platform: evil },
        system: { id: 'x', version: '1', name: evil },
        problems: [{ code: 'x', message: evil, fatal: true }],
        advisories: [
          { ecosystem: evil, source: evil, updated: UPDATED, records: 1, complete: true },
        ],
        findings: [finding({ package: pkg, advisoryId: evil, fixedVersion: evil })],
      }),
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.split('\n').filter((line) => line.startsWith('y'))).toEqual([]);
  });

  it('keeps to 80 columns', () => {
    const long = { ...openssl, name: 'a'.repeat(70), version: '1.'.repeat(40) };
    const problems = [{ code: 'x', message: 'word '.repeat(60), fatal: true }];
    const text = formatScanTable(result({ findings: [finding({ package: long })], problems }));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });
});

describe('formatScanJson', () => {
  it('has the promised shape', () => {
    expect(scanToJson([result()])).toMatchObject({
      schemaVersion: 1,
      image: { reference: 'registry.example.com/team/app:1.0', platform: 'linux/amd64' },
      status: 'COMPLETE',
      advisories: [{ ecosystem: 'Debian:12', updated: '2026-11-18T12:00:00.000000Z' }],
      system: { name: 'Debian GNU/Linux 12 (bookworm)', version: '12' },
      packages: [{ name: 'libssl3', origin: 'installed', layer: LAYER }],
      findings: [
        {
          id: 'DEBIAN-CVE-2024-0001',
          aliases: ['CVE-2024-0001'],
          package: { name: 'libssl3', source: { name: 'openssl' } },
          fixedVersion: '3.0.15-1~deb12u1',
          severity: 'HIGH',
        },
      ],
      summary: { CRITICAL: 0, HIGH: 1 },
    });
  });

  it.each<[string, readonly ScanResult[]]>([
    ['a scan', [result()]],
    ['a scan of an index', [result(), clean]],
    ['a finding without fix, score and url', [result({ findings: [withoutFix()] })]],
    ['a scan of which little is known', [bare]],
    ['nothing', []],
  ])('%s validates against its schema', (_name, results) => {
    const parsed = schema.safeParse(JSON.parse(formatScanJson(results)));
    expect(parsed.error?.issues).toBeUndefined();
  });

  it.each([
    ['another status', { status: 'FINE' }],
    ['a summary without a severity', { summary: { HIGH: 1 } }],
    ['a short digest', { image: { reference: 'a', digest: 'sha256:ab', platform: 'x' } }],
  ])('the schema refuses %s', (_name, change) => {
    const json = { ...(scanToJson([result()]) as object), ...change };
    expect(schema.safeParse(json).success).toBe(false);
  });

  it('tells what is declared, what belongs to the system, and what a problem is about', () => {
    const lodash = {
      name: 'lodash',
      version: '4.17.20',
      type: 'npm',
      ecosystem: 'npm',
      purl: 'pkg:npm/lodash@4.17.20',
      source: { name: 'lodash', version: '4.17.20' },
      path: 'app/package-lock.json',
      origin: 'declared',
    } as const;
    const owned = { ...lodash, origin: 'installed', ownedBy: 'node-lodash' } as const;
    const problem = { code: 'no-advisory-source', message: 'x', fatal: false } as const;
    const told = result({
      packages: [openssl, lodash, owned],
      findings: [finding({ package: lodash })],
      summary: NONE,
      declaredSummary: { ...NONE, HIGH: 1 },
      problems: [{ ...problem, origin: 'declared' }],
    });
    const json = scanToJson([told]);
    expect(schema.safeParse(json).error?.issues).toBeUndefined();
    expect(json).toMatchObject({
      packages: [{ ownedBy: null }, { origin: 'declared' }, { ownedBy: 'node-lodash' }],
      findings: [{ package: { origin: 'declared', path: 'app/package-lock.json' } }],
      summary: { HIGH: 0 },
      declaredSummary: { HIGH: 1 },
      problems: [{ origin: 'declared' }],
    });
    const table = formatScanTable(told);
    expect(table).toContain('Found   nothing in 2 packages\n        1 high in 1 package that lock');
    expect(table).toContain('lodash (declared)');
  });

  it('is an array for an index, also for one of a single platform', () => {
    expect(scanToJson([result(), clean])).toHaveLength(2);
    expect(scanToJson([clean], { index: true })).toHaveLength(1);
    expect(scanToJson([clean])).toHaveProperty('schemaVersion', 1);
  });
});

describe('formatScanSarif', () => {
  it('has a rule per advisory, a result per package and the image as logical location', () => {
    const other = { ...openssl, name: 'openssl', purl: 'pkg:deb/debian/openssl@1' };
    const log = JSON.parse(
      formatScanSarif(result({ findings: [finding(), finding({ package: other }), withoutFix()] })),
    );
    expect(log).toMatchObject({
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'assay' } } }],
    });
    const [run] = log.runs;
    expect(run.tool.driver.rules.map((rule: { id: string }) => rule.id)).toEqual([
      'A-2',
      'DEBIAN-CVE-2024-0001',
    ]);
    expect(
      run.results.map((one: { ruleId: string; ruleIndex: number; level: string }) => [
        one.ruleId,
        one.ruleIndex,
        one.level,
      ]),
    ).toEqual([
      ['A-2', 0, 'error'],
      ['DEBIAN-CVE-2024-0001', 1, 'error'],
      ['DEBIAN-CVE-2024-0001', 1, 'error'],
    ]);
    expect(run.results[1].locations[0].logicalLocations[0].fullyQualifiedName).toBe(
      `registry.example.com/team/app:1.0@sha256:${'a'.repeat(64)}:${openssl.purl}`,
    );
    expect(run.tool.driver.rules[0]).not.toHaveProperty('helpUri');
    expect(run.tool.driver.rules[1].properties['security-severity']).toBe('7.5');
  });

  it('keeps the fingerprint of a finding when versions and digest change, and only then', () => {
    const print = (one: ScanResult): string =>
      JSON.parse(formatScanSarif(one)).runs[0].results[0].partialFingerprints['assayFinding/v1'];
    const rebuilt = result({
      image: { ...result().image, digest: LAYER },
      findings: [finding({ package: { ...openssl, version: '3.0.12-1' } })],
    });
    expect(print(rebuilt)).toBe(print(result()));
    expect(print(result({ findings: [withoutFix()] }))).not.toBe(print(result()));
  });

  it('is a run that did not succeed where the scan is not complete, with the problems', () => {
    const [run] = JSON.parse(formatScanSarif(bare)).runs;
    expect(run.invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          {
            level: 'error',
            descriptor: { id: 'system-unknown' },
            message: { text: 'no os-release was found' },
          },
        ],
      },
    ]);
  });

  it('encodes a path of any characters as a relative URI', () => {
    const path = 'opt/a b/%2e%2e/\ud800#x?y';
    const log = JSON.parse(
      formatScanSarif(result({ findings: [finding({ package: { ...openssl, path } })] })),
    );
    expect(log.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri).toBe(
      'opt/a%20b/%252e%252e/%EF%BF%BD%23x%3Fy',
    );
  });
});
