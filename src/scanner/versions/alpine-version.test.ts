import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareAlpineVersions } from './alpine-version.ts';

const version = fc
  .tuple(
    fc.array(fc.constantFrom('0', '1', '2', '10', '09', '010', '100'), {
      minLength: 1,
      maxLength: 4,
    }),
    fc.constantFrom('', '', 'a', 'b'),
    fc.array(fc.constantFrom('_alpha', '_rc1', '_rc02', '_git', '_p', '_p1', '_p10'), {
      maxLength: 2,
    }),
    fc.constantFrom('', '', '~abc', '~abd'),
    fc.constantFrom('', '-r0', '-r1', '-r10'),
  )
  .map(([numbers, letter, suffixes, commit, revision]) =>
    [numbers.join('.'), letter, ...suffixes, commit, revision].join(''),
  );

describe('compareAlpineVersions', () => {
  it.each([
    ['first numbers compare by value', '010', '9', 1],
    ['a later number with a leading zero is a fraction', '1.09', '1.1', -1],
    ['fractions compare as text', '8.2.0015', '8.2.002', -1],
    ['a single zero sorts before other numbers', '1.0', '1.1', -1],
    ['a letter follows none', '1.0a', '1.0', 1],
    ['a further number outweighs a letter', '1.0.1', '1.0a', 1],
    ['_alpha precedes _beta', '1.0_alpha2', '1.0_beta1', -1],
    ['_rc precedes none', '1.0_rc9', '1.0', -1],
    ['_cvs follows none', '1.0_cvs', '1.0', 1],
    ['_hg precedes _p', '1.0_hg2', '1.0_p1', -1],
    ['suffix numbers compare by value', '1.0_p10', '1.0_p9', 1],
    ['a suffix without number precedes one with', '1.3_alpha', '1.3_alpha2', -1],
    ['a second pre-suffix precedes its number', '1.0_alpha_pre', '1.0_alpha', -1],
    ['a commit follows none', '1.0~abc', '1.0', 1],
    ['a commit outweighs a revision', '1.0~abc', '1.0-r5', 1],
    ['revisions compare by value', '1.0-r10', '1.0-r9', 1],
    ['no revision precedes -r0', '1.0', '1.0-r0', -1],
    ['a malformed rest does not matter where the numbers decide', '10.2.26.r0', '10.2.24-r0', 1],
    [
      'numbers beyond 64 bits keep their value',
      '1.99999999999999999999',
      '1.100000000000000000000',
      -1,
    ],
  ])('%s: %s against %s', (_fact, a, b, wanted) => {
    expect(compareAlpineVersions(a, b)).toBe(wanted);
  });

  it.each([
    ['empty', '', '1.0'],
    ['no number', 'abc', '1.0'],
    ['a leading dot', '.1', '1'],
    ['an empty number', '1..0', '1.0.0'],
    ['an unknown suffix', '1.0_foo', '1.0'],
    ['a suffix that only begins like a known one', '1.0_prx', '1.0_p1'],
    ['two letters', '1.0bc', '1.0b'],
    ['an upper-case letter', '1.0D', '1.0d'],
    ['a Debian revision', '1.0-1', '1.0-r1'],
    ['a revision without number', '1.0-r', '1.0-r0'],
    ['something after the revision', '1.0-r0-1', '1.0-r0-2'],
    ['a blank', '1.0 ', '1.0'],
    ['a text beyond any version', `1${'.1'.repeat(300)}`, '1'],
  ])('refuses %s', (_name, a, b) => {
    expect(compareAlpineVersions(a, b)).toHaveProperty('error');
    expect(compareAlpineVersions(b, a)).toHaveProperty('error');
    expect(compareAlpineVersions(a, a)).toHaveProperty('error');
  });

  it('is reflexive, antisymmetric and transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [first, second, third] = [a, b, c].sort((x, y) =>
          Number(compareAlpineVersions(x, y)),
        );
        expect(compareAlpineVersions(a, a)).toBe(0);
        expect(Number(compareAlpineVersions(a, b)) + Number(compareAlpineVersions(b, a))).toBe(0);
        expect(compareAlpineVersions(first ?? '', second ?? '')).toBeLessThanOrEqual(0);
        expect(compareAlpineVersions(first ?? '', third ?? '')).toBeLessThanOrEqual(0);
        expect(compareAlpineVersions(second ?? '', third ?? '')).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });
});
