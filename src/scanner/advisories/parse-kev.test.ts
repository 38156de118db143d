import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAssayError } from '../../domain/error.ts';
import { parseTime } from '../../domain/time.ts';
import { parseKev } from './parse-kev.ts';

const entry = {
  cveID: 'CVE-2021-44228',
  vendorProject: 'Apache',
  vulnerabilityName: 'Apache Log4j2 Remote Code Execution Vulnerability',
  dateAdded: '2021-12-10',
  dueDate: '2021-12-24',
  knownRansomwareCampaignUse: 'Known',
};

function catalog(change: object = {}, ...entries: object[]): object {
  const vulnerabilities = entries.length === 0 ? [entry] : entries;
  return {
    catalogVersion: '2025.08.25',
    dateReleased: '2025-08-25T17:04:19.9796Z',
    count: vulnerabilities.length,
    vulnerabilities,
    ...change,
  };
}

function refusalOf(f: () => unknown): unknown {
  try {
    f();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('parseKev', () => {
  it('reads what findings show', () => {
    expect(parseKev(catalog())).toEqual({
      version: '2025.08.25',
      released: parseTime('2025-08-25T17:04:19.9796Z'),
      entries: [
        {
          cve: 'CVE-2021-44228',
          dateAdded: '2021-12-10',
          dueDate: '2021-12-24',
          ransomware: true,
          title: 'Apache Log4j2 Remote Code Execution Vulnerability',
        },
      ],
    });
  });

  it('knows no use by ransomware but the known one', () => {
    const unknown = { ...entry, knownRansomwareCampaignUse: 'Unknown' };
    expect(parseKev(catalog({}, unknown)).entries[0]?.ransomware).toBe(false);
  });

  const without = (name: string): object =>
    Object.fromEntries(Object.entries(entry).filter(([key]) => key !== name));

  it.each([
    ['no object', [], '(catalog)'],
    ['no list', catalog({ vulnerabilities: undefined, count: 0 }), 'count'],
    ['a list that was cut short', catalog({ count: 1404 }), 'field count is 1404'],
    ['an empty one, which would clear all', catalog({ vulnerabilities: [], count: 0 }), 'count'],
    ['no date', catalog({ dateReleased: undefined }), 'dateReleased is missing'],
    ['no CVE', catalog({}, { ...entry, cveID: 'GHSA-1' }), 'vulnerabilities[0].cveID'],
    ['an endless CVE', catalog({}, { ...entry, cveID: `CVE-2021-${'1'.repeat(99)}` }), 'cveID'],
    ['a CVE twice', catalog({}, entry, entry), 'listed twice'],
    ['an odd date', catalog({}, { ...entry, dateAdded: '10/12/2021' }), 'dateAdded'],
    ['a day that is none', catalog({}, { ...entry, dueDate: '2021-02-30' }), 'dueDate'],
    ['no word on ransomware', catalog({}, without('knownRansomwareCampaignUse')), 'Ransomware'],
    ['a number for an entry', catalog({ count: 1, vulnerabilities: [7] }), 'vulnerabilities[0]'],
  ])('refuses %s', (_fact, json, named) => {
    expect(() => parseKev(json)).toThrow(named);
  });

  it('throws nothing but refusals, whatever the JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const error = refusalOf(() =>
          parseKev({ ...catalog(), vulnerabilities: [value], count: 1 }),
        );
        expect(error === undefined || isAssayError(error, 'invalid-advisory')).toBe(true);
      }),
    );
  });

  const real = join(
    process.env['ASSAY_TEST_DATA'] ?? '',
    'kev/known_exploited_vulnerabilities.json',
  );
  it.skipIf(!process.env['ASSAY_TEST_DATA'] || !existsSync(real))('reads the real catalog', () => {
    const { entries, version } = parseKev(JSON.parse(readFileSync(real, 'utf8')));
    expect(version).toBe('2025.08.25');
    expect(entries).toHaveLength(1404);
    expect(entries.filter(({ ransomware }) => ransomware)).toHaveLength(293);
  });
});
