/** The date of advisory data is told where it says that they are old, or cannot be. */
import { expect, it } from 'vitest';
import { NOW } from '../../test/support/fake-deps.ts';
import { DAY, HOUR } from '../domain/time.ts';
import { type ScanParts, assembleScanResult } from './assemble-scan-result.ts';

it.each([
  ['of today', NOW - HOUR, []],
  ['of a clock that is an hour ahead', NOW + HOUR, []],
  ['older than the limit', NOW - 8 * DAY, ['advisories-old']],
  ['of next year', NOW + 365 * DAY, ['advisories-date-implausible']],
])('data %s', (_, updated, codes) => {
  const packageSet = { packages: [{ ecosystem: 'Debian:12' }], problems: [], status: 'COMPLETE' };
  const source = { ecosystem: 'Debian:12', source: 'test', updated, records: 1 };
  const { problems } = assembleScanResult({
    image: { packageSet, problems: [], status: 'COMPLETE' },
    matched: { findings: [], problems: [], sources: [source] },
    now: NOW,
    maxAdvisoryAge: 7 * DAY,
  } as unknown as ScanParts);
  expect(problems.map((one) => one.code)).toEqual(codes);
});
