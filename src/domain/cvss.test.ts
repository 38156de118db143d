import { expect, it } from 'vitest';
import { cvssOf } from './cvss.ts';

it.each([
  ['CVSS:4.0/AV:N', '4.0'],
  ['CVSS:3.1/AV:N', '3.1'],
  ['CVSS:3.0/AV:N', '3.0'],
  ['AV:N/AC:L/Au:N/C:P/I:P/A:P', '2.0'],
])('the vector %s is of CVSS %s', (cvssVector, version) => {
  const cvss = { score: 7.5, version, vector: cvssVector };
  expect(cvssOf({ cvssScore: 7.5, cvssVector })).toEqual(cvss);
});

it('a score without a vector says no version', () => {
  expect(cvssOf({ cvssScore: 7.5 })).toEqual({ score: 7.5 });
});

it('without a score there is nothing', () => {
  expect(cvssOf({ cvssVector: 'CVSS:3.1/AV:N' })).toBeUndefined();
});
