import { describe, expect, it } from 'vitest';
import { filterScan, isWanted } from './scan-filter.ts';
import type { Finding, ScanResult } from './scan-result.ts';

const EPSS = { cve: 'CVE-2024-1111', percentile: 0.5, date: '2026-11-20' };
const KEV = { cve: 'CVE-2024-1111', dateAdded: '2024-01-01', ransomware: false, title: '' };

function finding(change: object): Finding {
  const base = { advisoryId: 'GHSA-a', aliases: ['CVE-2024-1111'], severity: 'HIGH' };
  return { ...base, package: { origin: 'installed' }, ...change } as unknown as Finding;
}

describe('a finding is wanted', () => {
  it.each([
    ['by no filter at all', {}, {}, true],
    ['with a fix', { fixedVersion: '2' }, { onlyFixed: true }, true],
    ['without one, not', {}, { onlyFixed: true }, false],
    ['with a score as high', { epss: { ...EPSS, score: 0.1 } }, { minEpss: 0.1 }, true],
    ['with a lower one, not', { epss: { ...EPSS, score: 0.09 } }, { minEpss: 0.1 }, false],
    ['without a score: nobody knows', {}, { minEpss: 0.9 }, true],
    [
      'with a low one, but exploited',
      { kev: KEV, epss: { ...EPSS, score: 0 } },
      { minEpss: 1 },
      true,
    ],
    ['by its id', {}, { id: 'ghsa-A' }, true],
    ['by an alias', {}, { id: 'cve-2024-1111' }, true],
    [
      'by the CVE within its id',
      { advisoryId: 'DEBIAN-CVE-2024-2222', aliases: [] },
      { id: 'CVE-2024-2222' },
      true,
    ],
    ['by another record that says so', { records: ['GHSA-a', 'DSA-1-1'] }, { id: 'DSA-1-1' }, true],
    ['by a part of it, not', {}, { id: 'CVE-2024-111' }, false],
  ])('%s', (_fact, change, filter, wanted) => {
    expect(isWanted(finding(change), filter)).toBe(wanted);
  });
});

describe('a filtered scan', () => {
  const findings = [
    finding({ fixedVersion: '2' }),
    finding({}),
    finding({ fixedVersion: '2', severity: 'LOW', package: { origin: 'declared' } }),
  ];
  const result = { findings, packages: [1, 2] } as unknown as ScanResult;

  it('counts anew and says how many it leaves out', () => {
    const filtered = filterScan(result, { onlyFixed: true });
    expect(filtered.hiddenFindings).toBe(1);
    expect(filtered.summary).toMatchObject({ HIGH: 1, LOW: 0 });
    expect(filtered.declaredSummary).toMatchObject({ HIGH: 0, LOW: 1 });
    expect(filtered.packages).toHaveLength(2);
  });

  it('is the same where nothing is left out', () => {
    expect(filterScan(result, {})).toBe(result);
  });
});
