import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Advisory } from '../domain/advisory.ts';
import { parseDigest } from '../domain/digest.ts';
import { parseOccurrenceName } from '../domain/resource-name.ts';
import type { Finding, ScannedPackage, ScanResult } from '../domain/scan-result.ts';
import type { Severity } from '../domain/severity.ts';
import { noteFromJson, noteToJson } from './note-message.ts';
import { occurrenceFromJson, occurrenceToJson } from './occurrence-message.ts';
import { cpeOfEcosystem, versionToJson } from './package-version.ts';
import { decodeScannedId, encodeScannedId, escapeNoteId, unescapeNoteId } from './scanned-name.ts';
import { advisoryNote, cveOf, packageNoteId, scannedNote } from './scanned-notes.ts';
import {
  discoveryOccurrence,
  packageOccurrence,
  vulnerabilityOccurrence,
} from './scanned-occurrences.ts';
import { countVulnerabilities, vulnerabilitySummaryToJson } from './vulnerability-summary.ts';

const DIGEST = parseDigest(`sha256:${'1d'.repeat(32)}`);
const URI = `https://gcr.io/p/app@${DIGEST}`;

function packageOf(name: string, version: string): ScannedPackage {
  return {
    name,
    version,
    type: 'deb',
    ecosystem: 'Debian:12',
    purl: `pkg:deb/debian/${name}@${version}`,
    source: { name, version },
    origin: 'installed',
    path: 'var/lib/dpkg/status',
  };
}

function findingOf(advisoryId: string, severity: Severity, fixedVersion?: string): Finding {
  return {
    advisoryId,
    aliases: ['CVE-2026-1234'],
    summary: 'Buffer overflow',
    severity,
    severitySource: 'osv',
    references: ['https://example.org/a'],
    package: packageOf('openssl', '1:3.0.11-1~deb12u2'),
    ...(fixedVersion !== undefined && { fixedVersion }),
  };
}

const RESULT: ScanResult = {
  image: { reference: 'gcr.io/p/app', digest: DIGEST, platform: 'linux/amd64' },
  status: 'COMPLETE',
  problems: [],
  advisories: [],
  packages: [packageOf('libss2', '1.47.0-2'), packageOf('openssl', '1:3.0.11-1~deb12u2')],
  findings: [
    findingOf('DEBIAN-CVE-2026-1234', 'HIGH', '1:3.0.12-1'),
    findingOf('DSA-1-1', 'CRITICAL'),
    findingOf('DSA-2-1', 'SEVERITY_UNSPECIFIED'),
  ],
  summary: { SEVERITY_UNSPECIFIED: 1, MINIMAL: 0, LOW: 0, MEDIUM: 0, HIGH: 1, CRITICAL: 1 },
  declaredSummary: { SEVERITY_UNSPECIFIED: 0, MINIMAL: 0, LOW: 0, MEDIUM: 0, HIGH: 0, CRITICAL: 0 },
  layersRead: 1,
};
const IMAGE = { project: 'p', resourceUri: URI, digest: DIGEST, createTime: 1, updateTime: 2 };
const OCCURRENCES = [
  discoveryOccurrence(RESULT, IMAGE),
  ...RESULT.packages.map((one) => packageOccurrence(one, IMAGE)),
  ...RESULT.findings.map((one) => vulnerabilityOccurrence(one, IMAGE)),
];
const idOf = (name: string) => parseOccurrenceName(name).occurrence;

describe('occurrences of a scan', () => {
  it('say that the image was scanned, in the note that Google’s samples poll', () => {
    expect(OCCURRENCES[0]).toMatchObject({
      kind: 'DISCOVERY',
      resourceUri: URI,
      noteName: 'projects/goog-analysis/notes/PACKAGE_VULNERABILITY',
      detail: {
        continuousAnalysis: 'ACTIVE',
        analysisStatus: 'FINISHED_SUCCESS',
        lastScanTime: '1970-01-01T00:00:00.000002Z',
      },
    });
  });

  it('say why a scan failed, or that the system is unknown', () => {
    const problems = [
      { code: 'a', message: 'layer 2 is damaged', fatal: true },
      { code: 'b', message: 'old', fatal: false },
    ];
    const failed = discoveryOccurrence({ status: 'INCOMPLETE', problems }, IMAGE);
    expect(failed.detail).toMatchObject({
      analysisStatus: 'FINISHED_FAILED',
      analysisStatusError: { code: 9, message: 'layer 2 is damaged' },
    });
    const unknown = discoveryOccurrence({ ...RESULT, status: 'UNSUPPORTED' }, IMAGE);
    expect(unknown.detail['analysisStatus']).toBe('FINISHED_UNSUPPORTED');
  });

  it.each([
    ['v1', 'cvssv3'],
    ['v1beta1', 'cvssV3'],
  ] as const)('tell the vector and the path in %s', (version, field) => {
    const scored = {
      ...findingOf('DSA-1-1', 'HIGH'),
      cvssScore: 7.5,
      cvssVector: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H',
    };
    const told = vulnerabilityOccurrence(scored, IMAGE);
    const { vulnerability } = occurrenceToJson(version, told);
    expect(vulnerability).toMatchObject({
      cvssScore: 7.5,
      cvssVersion: 'CVSS_VERSION_3',
      [field]: { baseScore: 7.5, attackVector: 'ATTACK_VECTOR_NETWORK' },
    });
    expect(told.detail['packageIssue']).toMatchObject([
      { fileLocation: [{ filePath: 'var/lib/dpkg/status' }] },
    ]);
  });

  it('list packages where the tutorial’s jq looks', () => {
    const packages = OCCURRENCES.filter(({ kind }) => kind === 'PACKAGE');
    const shown = packages.map((one) => occurrenceToJson('v1beta1', one));
    expect(shown).toMatchObject([
      { kind: 'PACKAGE', installation: { installation: { name: 'libss2' } } },
      { kind: 'PACKAGE', installation: { installation: { name: 'openssl' } } },
    ]);
  });

  it('give a vulnerability with a fix', () => {
    expect(OCCURRENCES[3]).toMatchObject({
      kind: 'VULNERABILITY',
      noteName: 'projects/goog-analysis/notes/DEBIAN-CVE-2026-1234',
      detail: {
        shortDescription: 'CVE-2026-1234',
        effectiveSeverity: 'HIGH',
        fixAvailable: true,
        packageIssue: [
          {
            affectedCpeUri: 'cpe:/o:debian:debian_linux:12',
            affectedPackage: 'openssl',
            affectedVersion: {
              epoch: 1,
              name: '3.0.11',
              revision: '1~deb12u2',
              kind: 'NORMAL',
              fullName: '1:3.0.11-1~deb12u2',
            },
            fixedVersion: { kind: 'NORMAL', fullName: '1:3.0.12-1' },
            packageType: 'OS',
          },
        ],
      },
    });
  });

  it('say that there is no fix by a version of kind MAXIMUM', () => {
    expect(OCCURRENCES[4]?.detail['packageIssue']).toMatchObject([
      { fixedVersion: { kind: 'MAXIMUM' } },
    ]);
    expect(OCCURRENCES[4]?.detail['fixAvailable']).toBeUndefined();
  });

  it.each(['v1', 'v1beta1'] as const)('are well-formed %s messages', (version) => {
    for (const one of OCCURRENCES) {
      const json = JSON.parse(JSON.stringify(occurrenceToJson(version, one))) as unknown;
      expect(occurrenceFromJson(version, json)).toMatchObject({ kind: one.kind, resourceUri: URI });
    }
  });

  it('have names that give back their keys', () => {
    expect(decodeScannedId(idOf(OCCURRENCES[4]?.name ?? ''))).toEqual({
      kind: 'VULNERABILITY',
      resource: 'gcr.io/p/app',
      digest: DIGEST,
      package: {
        type: 'deb',
        name: 'openssl',
        version: '1:3.0.11-1~deb12u2',
        path: 'var/lib/dpkg/status',
      },
      advisory: 'DSA-1-1',
    });
    expect(new Set(OCCURRENCES.map(({ name }) => name)).size).toBe(OCCURRENCES.length);
  });
});

describe('names of derived occurrences', () => {
  const text = fc.string({ unit: 'grapheme' });
  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
  const digests = fc
    .oneof(
      hex(64).map((it) => `sha256:${it}`),
      hex(128).map((it) => `sha512:${it}`),
    )
    .map(parseDigest);
  const packages = fc.record({ type: text, name: text, version: text, path: text });
  const base = { resource: text, digest: digests };
  const keys = fc.oneof(
    fc.record({ kind: fc.constant('DISCOVERY' as const), ...base }),
    fc.record({ kind: fc.constant('PACKAGE' as const), ...base, package: packages }),
    fc.record({
      kind: fc.constant('VULNERABILITY' as const),
      ...base,
      package: packages,
      advisory: text,
    }),
  );

  it('are reversible, and ids that a path takes', () => {
    fc.assert(
      fc.property(keys, (key) => {
        const id = encodeScannedId(key);
        expect(id).toMatch(/^s[A-Za-z0-9_-]+$/);
        expect(decodeScannedId(id)).toEqual(key);
      }),
    );
  });

  it('are not read from anything else', () => {
    const good = encodeScannedId({ kind: 'DISCOVERY', resource: 'r', digest: DIGEST });
    const wrong = [
      '',
      's',
      'sAAAA',
      good.slice(1),
      `${good}A`,
      good.slice(0, -1),
      `t${good.slice(1)}`,
    ];
    expect(wrong.map(decodeScannedId)).toEqual(wrong.map(() => undefined));
    expect(decodeScannedId('0193b3f0-7c1e-7000-8000-000000000000')).toBeUndefined();
    fc.assert(
      fc.property(fc.string(), (id) => {
        const key = decodeScannedId(id);
        expect(key === undefined || encodeScannedId(key) === id).toBe(true);
      }),
    );
  });

  it('escape what note ids lack, reversibly', () => {
    expect(packageNoteId('npm', '@scope/pkg')).toBe('package-npm-~40scope~2fpkg');
    expect(packageNoteId('deb', 'libstdc++6')).toBe('package-deb-libstdc++6');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (id) => {
        expect(escapeNoteId(id)).toMatch(/^[A-Za-z0-9._~:+-]*$/);
        expect(unescapeNoteId(escapeNoteId(id))).toBe(id);
      }),
    );
    expect(['~zz', '~41', 'a/b'].map(unescapeNoteId)).toEqual([undefined, undefined, undefined]);
  });
});

describe('notes of the scanner', () => {
  it('follow from their ids', () => {
    expect(scannedNote('PACKAGE_VULNERABILITY', 5)).toMatchObject({
      kind: 'DISCOVERY',
      detail: { analysisKind: 'VULNERABILITY' },
    });
    expect(scannedNote('package-deb-libstdc++6', 5)).toMatchObject({
      name: 'projects/goog-analysis/notes/package-deb-libstdc++6',
      kind: 'PACKAGE',
      detail: { name: 'libstdc++6', packageType: 'OS' },
    });
    expect(scannedNote('DSA-1-1', 5)).toBeUndefined();
  });

  it('say what an advisory says, well-formed', () => {
    const advisory: Advisory = {
      id: 'DEBIAN-CVE-2026-1234',
      aliases: [],
      summary: 'Buffer overflow',
      modified: 7,
      severity: 'HIGH',
      severitySource: 'osv',
      cvssScore: 7.5,
      references: ['https://example.org/a'],
      affected: [
        {
          ecosystem: 'Debian:12',
          name: 'openssl',
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed: '3.0.12-1' }] }],
          versions: [],
        },
      ],
    };
    const note = advisoryNote(advisory);
    expect(noteToJson('v1', note)).toMatchObject({
      name: 'projects/goog-analysis/notes/DEBIAN-CVE-2026-1234',
      shortDescription: 'CVE-2026-1234',
      vulnerability: {
        severity: 'HIGH',
        details: [{ affectedPackage: 'openssl', fixedVersion: { name: '3.0.12-1' } }],
      },
    });
    expect(noteFromJson('v1', noteToJson('v1', note)).detail).toEqual(note.detail);
  });

  it.each([
    ['DSA-1-1', ['CVE-2026-1234'], 'CVE-2026-1234'],
    ['CVE-2026-1', ['CVE-2026-1234'], 'CVE-2026-1234'],
    ['DEBIAN-CVE-2026-1234', [], 'CVE-2026-1234'],
    ['GHSA-x', ['Y'], 'GHSA-x'],
  ])('the CVE of %s with %j is %s', (id, aliases, want) => {
    expect(cveOf(id, aliases)).toBe(want);
  });
});

describe('versions and systems', () => {
  it.each([
    ['deb', '1:2.3-4-5', { epoch: 1, name: '2.3-4', revision: '5' }],
    ['deb', '0:2.3', { name: '2.3' }],
    ['rpm', '2-3.el9', { name: '2', revision: '3.el9' }],
    ['apk', '1.2.3-r4', { name: '1.2.3', revision: 'r4' }],
    ['npm', '1.2.3-rc.1', { name: '1.2.3-rc.1' }],
    ['deb', '', { name: '' }],
  ])('%s %s', (type, text, want) => {
    expect(versionToJson(type, text)).toEqual({ ...want, kind: 'NORMAL', fullName: text });
  });

  it.each([
    ['Debian:12', 'cpe:/o:debian:debian_linux:12'],
    ['Alpine:v3.18', 'cpe:/o:alpine:alpine_linux:3.18'],
    ['Debian', 'cpe:/o:debian:debian_linux'],
    ['constructor', 'cpe:/a'],
    [undefined, 'cpe:/a'],
  ])('%s is %s', (ecosystem, want) => {
    expect(cpeOfEcosystem(ecosystem)).toBe(want);
  });
});

describe('summaries', () => {
  const counts = [
    { resourceUri: URI, severity: 'CRITICAL', fixable: 0, total: 1 },
    { resourceUri: URI, severity: 'HIGH', fixable: 1, total: 1 },
    { resourceUri: URI, fixable: 1, total: 3 },
  ] as const;

  it('add up by resource and severity, whatever the scheme', () => {
    const one = { resourceUri: URI, fixable: 1, total: 1 };
    const bare = { resourceUri: URI.slice('https://'.length), fixable: 0, total: 1 };
    expect(
      countVulnerabilities([
        { ...bare, severity: 'CRITICAL' },
        { ...one, severity: 'HIGH' },
        { ...bare, severity: 'SEVERITY_UNSPECIFIED' },
      ]),
    ).toEqual(counts);
  });

  it('print int64 as text, and the total without severity', () => {
    expect(vulnerabilitySummaryToJson('v1', counts)).toEqual({
      counts: [
        { resourceUri: URI, severity: 'CRITICAL', totalCount: '1' },
        { resourceUri: URI, severity: 'HIGH', fixableCount: '1', totalCount: '1' },
        { resourceUri: URI, fixableCount: '1', totalCount: '3' },
      ],
    });
    expect(vulnerabilitySummaryToJson('v1beta1', counts.slice(2))).toEqual({
      counts: [{ resource: { uri: URI }, fixableCount: '1', totalCount: '3' }],
    });
  });

  it('are empty without vulnerabilities', () => {
    expect(vulnerabilitySummaryToJson('v1', countVulnerabilities([]))).toEqual({});
  });
});
