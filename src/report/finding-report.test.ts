/** What findings show, in every form: its page, the table, JSON by its schema, SARIF. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseDigest } from '../domain/digest.ts';
import type { Finding, ScanResult } from '../domain/scan-result.ts';
import { parseTime } from '../domain/time.ts';
import { formatFindingPages } from './finding-page.ts';
import { orderFindings } from './order-findings.ts';
import { scanToJson } from './scan-json.ts';
import { formatScanSarif } from './scan-sarif.ts';
import { formatScanTable } from './scan-table.ts';

const SCHEMA_URL = new URL('../../docs/reference/schemas/scan.schema.json', import.meta.url);
const schema = z.fromJSONSchema(JSON.parse(readFileSync(SCHEMA_URL, 'utf8')));
const BLOB = parseDigest(`sha256:${'b'.repeat(64)}`);
const DIFF_ID = parseDigest(`sha256:${'c'.repeat(64)}`);
const CVE = 'CVE-2021-44228';

const LAYER = {
  digest: BLOB,
  diffId: DIFF_ID,
  index: 1,
  instruction: 'COPY app.jar /app.jar',
  origin: 'base',
  grade: 'verified',
} as const;

const FINDING: Finding = {
  advisoryId: 'GHSA-jfh8-c2jp-5v3q',
  aliases: [CVE],
  summary: 'Remote code injection in Log4j',
  fixedVersion: '2.15.0',
  severity: 'CRITICAL',
  severitySource: 'osv:database_specific.severity',
  cvssScore: 10,
  cvssVector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H',
  references: ['https://nvd.nist.gov/vuln/detail/CVE-2021-44228', 'https://example.org/more'],
  firstMatched: parseTime('2026-11-20T12:00:00Z'),
  layer: LAYER,
  kev: { cve: CVE, dateAdded: '2021-12-10', dueDate: '2021-12-24', ransomware: true, title: 'x' },
  epss: { cve: CVE, score: 0.94358, percentile: 0.99957, date: '2026-11-20' },
  package: {
    name: 'log4j-core',
    version: '2.14.1',
    type: 'maven',
    purl: 'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
    source: { name: 'log4j-core', version: '2.14.1' },
    origin: 'installed',
    path: 'app.jar',
    layer: BLOB,
  },
};

const { kev: _kev, epss: _epss, fixedVersion: _fixed, firstMatched: _first, ...rest } = FINDING;
const PLAIN: Finding = { ...rest, advisoryId: 'GHSA-plain', aliases: [], references: [] };

function scanOf(...findings: Finding[]): ScanResult {
  const none = { SEVERITY_UNSPECIFIED: 0, MINIMAL: 0, LOW: 0, MEDIUM: 0, HIGH: 0, CRITICAL: 0 };
  const feed = { source: 'x', updated: 1, records: 1 };
  return {
    image: { reference: 'r.example/app:1', digest: BLOB, platform: 'linux/amd64' },
    status: 'COMPLETE',
    problems: [],
    advisories: [],
    feeds: [
      { name: 'epss', ...feed },
      { name: 'kev', ...feed },
    ],
    layers: [{ digest: DIFF_ID, index: 0, origin: 'base', grade: 'verified' }, LAYER],
    base: { name: 'r.example/base@sha256:1', digest: BLOB, grade: 'verified', layers: 2 },
    packages: [],
    findings,
    summary: { ...none, CRITICAL: findings.length },
    declaredSummary: none,
    layersRead: 0,
  };
}

describe('the page of a finding', () => {
  it('says all that is known', () => {
    expect(formatFindingPages([scanOf(FINDING)], CVE, { width: 110 })).toBe(`\
GHSA-jfh8-c2jp-5v3q in log4j-core 2.14.1
Severity   CRITICAL (osv:database_specific.severity)
CVSS       10.0 (CVSS 3.1, CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H)
KEV        exploited: ${CVE} is in the catalog since 2021-12-10, due 2021-12-24, used by ransomware
EPSS       0.94358 for ${CVE}, at or above 99.9 % of all, on 2026-11-20
Package    pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1
Installed  2.14.1
Fixed      2.15.0
Origin     installed
Path       app.jar
Layer      sha256:${'b'.repeat(64)} (2 of 2)
Diff id    sha256:${'c'.repeat(64)}
Made by    COPY app.jar /app.jar
Belongs    to the base image r.example/base@sha256:1 (verified)
Matched    first on 2026-11-20
Also       ${CVE}
About      Remote code injection in Log4j
Links      https://nvd.nist.gov/vuln/detail/CVE-2021-44228
           https://example.org/more
`);
  });

  it('says that a feed does not know it only where there is one', () => {
    const [page, blind] = [scanOf(PLAIN), { ...scanOf(PLAIN), feeds: [] }].map((one) =>
      formatFindingPages([one], 'x'),
    );
    const named = formatFindingPages([scanOf({ ...PLAIN, aliases: [CVE] })], 'x');
    expect(named).toContain('KEV        not known to be exploited\nEPSS       no forecast\n');
    expect(page).toContain('KEV        not told: the catalog goes by CVE, and it has none\n');
    expect(blind).not.toMatch(/KEV|EPSS/);
  });

  it('keeps to its width and lets no control character through', () => {
    const evil = `\u001b[2J${'word '.repeat(60)}\u202e`;
    const layer = { ...LAYER, instruction: evil };
    const finding = { ...FINDING, summary: evil, aliases: [evil], references: [evil], layer };
    const text = formatFindingPages([scanOf(finding)], CVE);
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  it('one that is not there is said, and whether that is known', () => {
    expect(formatFindingPages([scanOf()], CVE)).toBe(`${CVE} was not found\n`);
    const half = { ...scanOf(), status: 'INCOMPLETE' } as const;
    expect(formatFindingPages([half], '\u001b[31m')).toMatch(
      /^\\u\{1b\}\[31m was not .* not known/,
    );
  });
});

describe('the table', () => {
  it('marks what is exploited and shows forecasts, where there are some', () => {
    const text = formatScanTable(scanOf(PLAIN, FINDING));
    expect(text).toContain('PACKAGE     INSTALLED  FIXED    SEVERITY  KEV  EPSS  ID\n');
    expect(text).toContain('2.14.1     2.15.0   CRITICAL  yes  99%   GHSA-jfh8-c2jp-5v3q\n');
    expect(formatScanTable(scanOf(PLAIN))).not.toMatch(/KEV|EPSS/);
  });

  it('keeps to 80 columns with every column there', () => {
    const pkg = { ...FINDING.package, name: 'a'.repeat(70), version: '1.'.repeat(40) };
    const text = formatScanTable(scanOf({ ...FINDING, package: pkg }));
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/PACKAGE +INSTALLED +FIXED +SEVERITY +KEV +EPSS +ID\n/);
  });

  it('says how many findings were left out', () => {
    expect(formatScanTable({ ...scanOf(), hiddenFindings: 3 })).toContain('        3 left out by');
  });
});

it('findings are ordered by severity, exploitation, forecast, fix, then name', () => {
  const epss = (percentile: number): Partial<Finding> => ({
    epss: { cve: CVE, score: 0, percentile, date: '2026-11-20' },
  });
  const named = (advisoryId: string, change: Partial<Finding> = {}): Finding => ({
    ...PLAIN,
    ...change,
    advisoryId,
  });
  const { kev } = FINDING;
  const wanted = [
    named('1-kev', { ...epss(0.1), ...(kev && { kev }) }),
    named('2-likely', epss(0.999)),
    named('3-less, fixed', { ...epss(0.108), fixedVersion: '2' }),
    named('4-less', epss(0.109)),
    named('5-no forecast, fixed', { fixedVersion: '2' }),
    named('6-a'),
    named('7-b', { package: { ...PLAIN.package, name: 'z' } }),
    named('8-high', { severity: 'HIGH', ...(kev && { kev }) }),
  ];
  const ordered = orderFindings(wanted.toReversed());
  expect(ordered.map(({ advisoryId }) => advisoryId)).toEqual(
    wanted.map(({ advisoryId }) => advisoryId),
  );
});

it.each([
  ['all that is known', FINDING],
  ['little', PLAIN],
])('JSON of a finding with %s validates against its schema', (_fact, finding) => {
  const json = scanToJson([{ ...scanOf(finding), hiddenFindings: 2 }]);
  expect(schema.safeParse(json).error?.issues).toBeUndefined();
});

it('SARIF tags what is exploited, with links, layer and forecast', () => {
  const [run] = JSON.parse(formatScanSarif(scanOf(FINDING))).runs;
  expect(run.tool.driver.rules[0]).toMatchObject({
    helpUri: 'https://nvd.nist.gov/vuln/detail/CVE-2021-44228',
    help: { text: expect.stringContaining(CVE) },
    properties: { 'security-severity': '10.0', tags: ['security', 'vulnerability', 'exploited'] },
  });
  expect(run.results[0]).toMatchObject({
    message: { text: expect.stringContaining('fixed in 2.15.0; it is known to be exploited') },
    properties: { kev: true, epss: 0.94358, diffId: DIFF_ID, layerOrigin: 'base' },
  });
});
