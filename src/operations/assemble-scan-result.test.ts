/** The date of advisory data is told where it says that they are old, or cannot be. */
import { expect, it } from 'vitest';
import { NOW } from '../../test/support/fake-deps.ts';
import { DAY, HOUR } from '../domain/time.ts';
import {
  type ScanBasis,
  type ScanParts,
  assembleScanResult,
  judgeScan,
} from './assemble-scan-result.ts';

it.each([
  ['of today', NOW - HOUR, []],
  ['of a clock that is an hour ahead', NOW + HOUR, []],
  ['older than the limit', NOW - 8 * DAY, ['advisories-old']],
  ['of next year', NOW + 365 * DAY, ['advisories-date-implausible']],
])('data %s', (_, updated, codes) => {
  const pkg = { ecosystem: 'Debian:12', origin: 'installed' };
  const packageSet = { packages: [pkg], problems: [], status: 'COMPLETE' };
  const source = { ecosystem: 'Debian:12', source: 'test', updated, records: 1, complete: true };
  const { problems } = assembleScanResult({
    image: { packageSet, problems: [], status: 'COMPLETE' },
    matched: { findings: [], problems: [], sources: [source] },
    now: NOW,
    maxAdvisoryAge: 7 * DAY,
  } as unknown as ScanParts);
  expect(problems.map((one) => one.code)).toEqual(codes);
});

function judged(origins: readonly ('installed' | 'declared')[]) {
  const basis: ScanBasis = {
    read: { status: 'COMPLETE', problems: [] },
    ecosystems: {
      installed: origins.includes('installed') ? ['npm'] : [],
      declared: origins.includes('declared') ? ['npm'] : [],
    },
    matched: { problems: [], sources: [] },
    now: NOW,
    maxAdvisoryAge: DAY,
  };
  const { status, problems } = judgeScan(basis);
  return { status, problems: problems.map(({ code, fatal, origin }) => ({ code, fatal, origin })) };
}

const NO_SOURCE = { code: 'no-advisory-source', fatal: true, origin: undefined };

it.each([
  ['an installed ecosystem', ['installed'], { status: 'INCOMPLETE', problems: [NO_SOURCE] }],
  [
    'one that is also declared, once',
    ['installed', 'declared'],
    { status: 'INCOMPLETE', problems: [NO_SOURCE] },
  ],
  [
    'one that is only declared, as a note',
    ['declared'],
    { status: 'COMPLETE', problems: [{ ...NO_SOURCE, fatal: false, origin: 'declared' }] },
  ],
] as const)('without advisories: %s', (_fact, origins, expected) => {
  expect(judged(origins)).toEqual(expected);
});

it.each([
  ['3.10.9', ['system-end-of-life'], { date: '2021-05-01', ended: true }],
  ['3.22.0', [], { date: '2027-05-01', ended: false }],
])('Alpine %s: its end of life is told', (version, codes, endOfLife) => {
  const packageSet = { system: { id: 'alpine', version, name: 'Alpine' }, packages: [] };
  const ecosystem = version.startsWith('3.10') ? 'Alpine:v3.10' : 'Alpine:v3.22';
  const result = assembleScanResult({
    image: { packageSet, problems: [], status: 'COMPLETE' },
    matched: {
      findings: [],
      problems: [],
      sources: [{ ecosystem, source: 'test', updated: NOW, records: 1, complete: true }],
    },
    now: NOW,
    maxAdvisoryAge: 7 * DAY,
  } as unknown as ScanParts);
  expect(result.problems.map(({ code }) => code)).toEqual(codes);
  expect(result.status).toBe('COMPLETE');
  expect(result.system?.endOfLife).toEqual(endOfLife);
});

it.each([
  ['one of two sources has all', [true, false], []],
  ['none has', [false, false], ['advisories-partial', 'advisories-partial']],
])('a part is not the whole: %s', (_, complete, codes) => {
  const sources = complete.map((whole, at) => {
    const source = `OSV export ${at}`;
    return { ecosystem: 'npm', source, updated: NOW, records: 1, complete: whole };
  });
  const { status, problems } = judgeScan({
    read: { status: 'COMPLETE', problems: [] },
    ecosystems: { installed: ['npm'], declared: [] },
    matched: { problems: [], sources },
    now: NOW,
    maxAdvisoryAge: DAY,
  });
  expect(problems.map(({ code }) => code)).toEqual(codes);
  expect(status).toBe(codes.length === 0 ? 'COMPLETE' : 'INCOMPLETE');
});
