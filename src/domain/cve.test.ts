import { expect, it } from 'vitest';
import { cvesOf } from './cve.ts';

it.each([
  ['its own id', 'CVE-2024-3094', [], ['CVE-2024-3094']],
  ['an alias', 'GHSA-x', ['CVE-2024-3094', 'GO-2024-1'], ['CVE-2024-3094']],
  [
    'each of several, once',
    'A-1',
    ['CVE-2024-1111', 'CVE-2024-2222', 'CVE-2024-1111'],
    [1111, 2222],
  ],
  ['the one within its id', 'DEBIAN-CVE-2024-3094', [], ['CVE-2024-3094']],
  ['an alias before one within its id', 'UBUNTU-CVE-2024-1111', ['CVE-2024-2222'], [2222]],
  ['none', 'GHSA-x', ['PYSEC-1'], []],
  ['none where the number is no CVE', 'X-CVE-2024-12', ['cve-2024-3094'], []],
])('%s', (_fact, id, aliases, wanted) => {
  const names = wanted.map((one) => (typeof one === 'number' ? `CVE-2024-${one}` : one));
  expect(cvesOf(id, aliases)).toEqual(names);
});
