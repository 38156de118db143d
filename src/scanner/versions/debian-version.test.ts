import { execFileSync, spawnSync } from 'node:child_process';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareDebianVersions } from './debian-version.ts';

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;

const part = fc
  .array(fc.constantFrom('0', '1', '9', '10', '007', '.', '+', '~', 'a', 'Z', 'rc'), {
    minLength: 1,
    maxLength: 6,
  })
  .map((pieces) => pieces.join(''));

/** Versions that dpkg reads without a warning. */
const version = fc
  .tuple(fc.constantFrom('', '0:', '1:', '12:'), fc.nat(12), part, fc.option(part))
  .map(
    ([epoch, first, rest, revision]) =>
      `${epoch}${first}${rest}${revision === null ? '' : `-${revision}`}`,
  );

describe('compareDebianVersions', () => {
  it.each([
    ['a tilde sorts before the end', '1.0~rc1', '1.0', -1],
    ['two tildes sort before one', '1.0~~', '1.0~', -1],
    ['a letter sorts before other signs', '1.0a', '1.0+', -1],
    ['a missing epoch is zero', '0:1.0', '1.0', 0],
    ['an epoch outweighs all else', '1:0.1', '99', 1],
    ['numbers compare by value', '1.010', '1.9', 1],
    ['a missing revision equals 0', '1.0', '1.0-0', 0],
    ['a revision with a tilde sorts before none', '1.0-~', '1.0', -1],
    ['the last hyphen begins the revision', '1-2-3', '1-2-4', -1],
    [
      'digits beyond 64 bits keep their value',
      '1.99999999999999999999',
      '1.100000000000000000000',
      -1,
    ],
    ['security update follows its base', '3.0.15-1~deb12u1', '3.0.14-1~deb12u2', 1],
    ['a backport precedes what it was made of', '1.2-3~bpo12+1', '1.2-3', -1],
    ['an underscore, which dpkg only warns of, is ordered', '6.0-4.el6.x86_64', '6.0-5', -1],
  ])('%s: %s against %s', (_fact, a, b, wanted) => {
    expect(compareDebianVersions(a, b)).toBe(wanted);
  });

  it.each([
    ['empty', ''],
    ['an empty epoch', ':1.0'],
    ['an epoch that is no number', 'a:1.0'],
    ['a negative epoch', '-1:1.0'],
    ['an epoch beyond 31 bits', '2147483648:1'],
    ['nothing after the epoch', '1:'],
    ['nothing after the hyphen', '1.0-'],
    ['a blank', '1.0 beta'],
    ['a control character', '1.0\u001b[2J'],
    ['a sign outside the alphabet', '1.0$'],
    ['a letter outside ASCII', '1.0é'],
  ])('refuses %s', (_name, text) => {
    expect(compareDebianVersions(text, '1.0')).toHaveProperty('error');
    expect(compareDebianVersions('1.0', text)).toHaveProperty('error');
  });

  it('is reflexive, antisymmetric and transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        const [first, second, third] = [a, b, c].sort((x, y) =>
          Number(compareDebianVersions(x, y)),
        );
        expect(compareDebianVersions(a, a)).toBe(0);
        expect(Number(compareDebianVersions(a, b)) + Number(compareDebianVersions(b, a))).toBe(0);
        expect(compareDebianVersions(first ?? '', second ?? '')).toBeLessThanOrEqual(0);
        expect(compareDebianVersions(first ?? '', third ?? '')).toBeLessThanOrEqual(0);
        expect(compareDebianVersions(second ?? '', third ?? '')).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  it.skipIf(!hasDpkg)('agrees with dpkg --compare-versions', () => {
    const pairs = fc.sample(fc.tuple(version, version), { numRuns: 300, seed: 20261120 });
    const script =
      'while read -r a b; do if dpkg --compare-versions "$a" lt "$b"; then echo -1; ' +
      'elif dpkg --compare-versions "$a" eq "$b"; then echo 0; else echo 1; fi; done';
    const input = pairs.map(([a, b]) => `${a} ${b}\n`).join('');
    const answers = execFileSync('sh', ['-c', script], { input, encoding: 'utf8' })
      .trim()
      .split('\n');
    expect(answers).toHaveLength(pairs.length);
    const ours = pairs.map(([a, b]) => `${a} ${b} ${Number(compareDebianVersions(a, b))}`);
    expect(ours).toEqual(pairs.map(([a, b], index) => `${a} ${b} ${answers[index]}`));
  });
});
