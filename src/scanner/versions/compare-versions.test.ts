import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareVersions, rangeComparer } from './compare-versions.ts';
import type { VersionError } from './version-error.ts';

/** Texts made of what the orders give a meaning to, so that neighbours and equals are frequent. */
const PIECES: readonly string[] = [
  '0 1 2 10 01 00 20260101120000 99999999999999999999',
  '. . . - - _ + ~ ^ : ! v go',
  'a b rc alpha beta pre dev post final ga sp x p r',
  'SNAPSHOT RC1 el9 x86_64-linux dev-main -r1 _p1 +incompatible',
].flatMap((pieces) => pieces.split(' '));

const anything = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((pieces) => pieces.join('')),
  fc.string({ maxLength: 20 }),
);

/** The same in a shape that most orders read. */
const usual = fc
  .tuple(
    fc.array(fc.constantFrom('0', '0', '1', '2', '10', '01'), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', '-', '.', '_', '~', '^', '+'),
    fc.array(fc.constantFrom('a', 'rc1', 'beta', 'dev', 'post', 'sp', 'x', '0', '2', 'p1', 'r1'), {
      maxLength: 3,
    }),
    fc.constantFrom('.', '-', ''),
  )
  .map(([numbers, separator, words, joint]) =>
    words.length === 0 ? numbers.join('.') : numbers.join('.') + separator + words.join(joint),
  );

const version = fc.oneof({ weight: 3, arbitrary: usual }, { weight: 1, arbitrary: anything });

/** One ecosystem for each order. */
const ORDERS =
  'Debian Alpine AlmaLinux npm Pub Go NuGet PyPI Maven RubyGems Packagist CRAN Hackage'.split(' ');

describe('compareVersions', () => {
  it.each([
    ['Debian', '1.0~rc1', '1.0', -1],
    ['Debian:12', '1:1', '2', 1],
    ['Ubuntu:22.04:LTS', '1.0-1ubuntu1', '1.0-1', 1],
    ['Alpine:v3.18', '1.0_rc1', '1.0', -1],
    ['Wolfi', '1.0-r1', '1.0-r10', -1],
    ['Red Hat:enterprise_linux:9::baseos', '1.0-1.el9_10', '1.0-1.el9_9', 1],
    ['AlmaLinux:9', '2:1.0-1', '3.0-1', 1],
    ['Rocky Linux:9', '1.0~rc1-1', '1.0-1', -1],
    ['openSUSE:Leap 15.5', '1.0^git1', '1.0.1', -1],
    ['Azure Linux:3', '1.0-1', '1.0', 1],
    ['npm', '1.0.0-rc.2', '1.0.0-rc.10', -1],
    ['npm', '1.0.0+a', '1.0.0+b', 0],
    ['crates.io', '1.0.0-0', '1.0.0-alpha', -1],
    ['Hex', '1.0.0-dev', '1.0.0', -1],
    ['Bitnami', '4.0.20-0', '4.0.20', -1],
    ['Pub', '1.0.0+1', '1.0.0+2', -1],
    ['Go', 'v1.2.3', '1.2.3', 0],
    ['Go', 'v2.0.0+incompatible', '2.0.0', 0],
    ['Go', 'v0.0.0-20210101000000-abcdefabcdef', '0.0.0-20220101000000-000000000000', -1],
    ['Go', 'v1.2.4-0.20210101000000-abcdefabcdef', '1.2.3', 1],
    ['Go', 'go1.20rc10', '1.20.0-rc.9', 1],
    ['Go', 'go1.20', '1.20.0', 0],
    ['Go', 'go1.22.1 X:boringcrypto', '1.22.1', 0],
    ['NuGet', '1.0.0-BETA', '1.0-beta', 0],
    ['NuGet', '1.0.0.1', '1.0.0', 1],
    ['PyPI', '1.0.dev1', '1.0a1', -1],
    ['PyPI', '1.0c1', '1.0RC1', 0],
    ['PyPI', '1!0.1', '99', 1],
    ['PyPI', '1.0-1', '1.0.post1', 0],
    ['PyPI', '1.0+10', '1.0+9', 1],
    ['PyPI', '1.0+a', '1.0+1', -1],
    ['PyPI', '2004d', '0.1.dev0', -1],
    ['Maven', '1.0-SNAPSHOT', '1.0', -1],
    ['Maven', '1.0.RELEASE', '1', 0],
    ['Maven', '1-sp', '1.0.1', -1],
    ['Maven', '1-a1', '1-alpha-1', 0],
    ['Maven', '1-a-1', '1-alpha-1', 1],
    ['RubyGems', '1.0.a', '1.a', 0],
    ['RubyGems', '1.10.8-java', '1.10.8', 0],
    ['RubyGems', '1.0.0-rc1', '1.0.0', -1],
    ['Packagist', 'v1.0', '1.0.0.0', 0],
    ['Packagist', '1.x-dev', '1.99.0', 1],
    ['Packagist', '1.0-patch1', '1.0', 1],
    ['Packagist', 'dev-main', '0.0.1', -1],
    ['CRAN', '1.0-0', '1.0', 1],
    ['Hackage', '1.0.0', '1.0', 1],
  ])('in %s: %s against %s', (ecosystem, a, b, wanted) => {
    expect(compareVersions(ecosystem, a, b)).toBe(wanted);
    expect(compareVersions(ecosystem, b, a)).toBe(wanted === 0 ? 0 : -wanted);
  });

  it.each(['', 'NPM', 'debian', 'Debianx:12', 'constructor', '__proto__'])(
    'has no order for ecosystem %j and says so',
    (ecosystem) => {
      expect(compareVersions(ecosystem, '1', '1')).toEqual({
        error: `no version order is known for ecosystem ${JSON.stringify(ecosystem)}`,
      });
    },
  );

  it.each([
    ...ORDERS.flatMap((name) => [
      [name, ''],
      [name, 'a blank'],
      [name, `1${'.1'.repeat(300)}`],
    ]),
    ['npm', 'latest'],
    ['npm', '1.0.0-'],
    ['npm', '1.0.0-a..b'],
    ['npm', '>=1.0'],
    ['Go', '(devel)'],
    ['Go', 'devel go1.22-abc'],
    ['NuGet', '1.2.3.4.5'],
    ['Maven', '${project.version}'],
    ['RubyGems', 'beta'],
    ['Packagist', '1.0-foo'],
    ['Packagist', '1.0#abc'],
    ['CRAN', '1.0a'],
    ['Hackage', '1.0-x'],
    ['AlmaLinux:9', '1:'],
  ])('refuses in %s %j, on either side', (ecosystem, text) => {
    expect(compareVersions(ecosystem, text, '1.0')).toHaveProperty('error');
    expect(compareVersions(ecosystem, '1.0', text)).toHaveProperty('error');
    expect(compareVersions(ecosystem, text, text)).toHaveProperty('error');
  });

  it.each(ORDERS)('is an order in %s: reflexive, antisymmetric, transitive', (ecosystem) => {
    const compare = (a: string, b: string): number | VersionError =>
      compareVersions(ecosystem, a, b);
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        if ([a, b, c].some((one) => typeof compare(one, one) !== 'number')) return;
        if (typeof compare(a, b) !== 'number' || typeof compare(b, c) !== 'number') return;
        expect(compare(a, a)).toBe(0);
        expect(Number(compare(a, b)) + Number(compare(b, a))).toBe(0);
        const [first = '', second = '', third = ''] = [a, b, c].toSorted((x, y) =>
          Number(compare(x, y)),
        );
        expect(compare(first, second)).toBeLessThanOrEqual(0);
        expect(compare(second, third)).toBeLessThanOrEqual(0);
        expect(compare(first, third)).toBeLessThanOrEqual(0);
        const equal = compare(first, second) === 0;
        expect(compare(first, third)).toBe(equal ? compare(second, third) : -1);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(ORDERS)('reads the longest hostile text of %s in no time', (ecosystem) => {
    const begun = performance.now();
    for (const piece of [...PIECES, '1-', '1.', 'a.', '1a', '-1', '0.', '~1', '.-']) {
      const text = `1${piece.repeat(512)}`.slice(0, 510);
      compareVersions(ecosystem, `${text}!`, `${text}?`);
      compareVersions(ecosystem, text, `${text}1`);
    }
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('rangeComparer', () => {
  it('takes Semantic Versioning for SEMVER ranges, whatever the ecosystem', () => {
    expect(rangeComparer('Debian:12', 'SEMVER')('1.0.0-1', '1.0.0')).toBe(-1);
    expect(rangeComparer('Debian:12', 'ECOSYSTEM')('1.0.0-1', '1.0.0')).toBe(1);
  });

  it('keeps the spellings of an ecosystem that has Semantic Versioning itself', () => {
    expect(rangeComparer('Go', 'SEMVER')('go1.20rc1', '1.20.0-rc.1')).toBe(0);
    expect(rangeComparer('Pub', 'SEMVER')('1.0.0+1', '1.0.0+2')).toBe(-1);
  });

  it('says so where an ecosystem has no order', () => {
    expect(rangeComparer('Haiku', 'ECOSYSTEM')('1', '1')).toHaveProperty('error');
  });
});
