/**
 * Our version orders beside the programs and libraries that define them, over random pairs: rpm
 * itself, node-semver and Renovate's port of Python's packaging. dpkg has its test beside its order.
 */
import { compare as comparePep440, valid as validPep440 } from '@renovatebot/pep440';
import fc from 'fast-check';
import { compare as compareSemver } from 'semver';
import { describe, expect, it } from 'vitest';
import { compareVersions } from '../src/scanner/versions/compare-versions.ts';
import type { Pair } from './support/oracle-orders.ts';
import { rpmOrders } from './support/oracle-orders.ts';
import { realProgram } from './support/real.ts';

const RUNS = 2000;
const rpm = realProgram('rpm');

const rpmVersion = fc
  .tuple(
    fc.constantFrom('', '', '', '0:', '1:', '01:'),
    joined('0 1 2 10 01 99999999999999999999 a rc b . . - _ + ~ ^ el9'.split(' '), 7),
    fc.constantFrom('', '-1', '-1.el9', '-1.el9_2', '-01'),
  )
  .map((parts) => parts.join(''));

const number = fc.constantFrom('0', '1', '2', '10', '99');
const semanticVersion = fc
  .tuple(
    fc.tuple(number, number, number),
    fc.array(fc.constantFrom('0', '1', '10', 'a', 'B', 'rc1', 'x-y', '-'), { maxLength: 3 }),
    fc.constantFrom('', '', '+b', '+1.a'),
  )
  .map(([release, pre, build]) =>
    [release.join('.'), ...(pre.length === 0 ? [] : [`-${pre.join('.')}`]), build].join(''),
  );

const pythonVersion = fc
  .tuple(
    fc.constantFrom('', '', '1!', 'v'),
    fc.array(fc.constantFrom('0', '1', '2', '10', '01'), { minLength: 1, maxLength: 4 }),
    fc.constantFrom('', '', 'a', '.alpha1', '-b2', 'c1', 'rc1', '_pre2', 'preview10'),
    fc.constantFrom('', '', '.post1', '-1', 'r2', '.rev', 'post'),
    fc.constantFrom('', '', '.dev1', 'dev', '-dev10'),
    fc.constantFrom('', '', '+a.1', '+1', '+10-b'),
  )
  .map(([epoch, release, ...rest]) => `${epoch}${release.join('.')}${rest.join('')}`);

describe('compareVersions beside its oracles', () => {
  it.skipIf(rpm === undefined)('agrees with rpm (needs rpm)', () => {
    // What neither side takes for a version is left to the tests of the order.
    const pairs = pairsOf(rpmVersion).filter((pair) => pair.every(isRpmVersion));
    expect(pairs.length).toBeGreaterThan(RUNS / 2);
    expect(faultsOf('AlmaLinux:9', pairs, rpmOrders(rpm ?? '', pairs))).toEqual([]);
  });

  it('agrees with node-semver', () => {
    const pairs = pairsOf(semanticVersion);
    const wanted = pairs.map(([a, b]) => compareSemver(a, b));
    expect(faultsOf('npm', pairs, wanted)).toEqual([]);
    expect(faultsOf('Go', pairs, wanted)).toEqual([]);
  });

  it('agrees with a port of Python packaging', () => {
    const pairs = pairsOf(pythonVersion).filter((pair) => pair.every((one) => validPep440(one)));
    expect(pairs.length).toBeGreaterThan(RUNS / 2);
    const wanted = pairs.map(([a, b]) => Math.sign(comparePep440(a, b)));
    expect(faultsOf('PyPI', pairs, wanted)).toEqual([]);
  });
});

function pairsOf(version: fc.Arbitrary<string>): readonly Pair[] {
  return fc.sample(fc.tuple(version, version), { numRuns: RUNS, seed: 20261120 });
}

function joined(pieces: readonly string[], maxLength: number): fc.Arbitrary<string> {
  const list = fc.array(fc.constantFrom(...pieces), { minLength: 1, maxLength });
  return list.map((chosen) => chosen.join(''));
}

/** With something before the release; rpm reads its release from the last hyphen as we do. */
function isRpmVersion(text: string): boolean {
  return typeof compareVersions('AlmaLinux:9', text, text) === 'number';
}

function faultsOf(ecosystem: string, pairs: readonly Pair[], wanted: readonly number[]): string[] {
  expect(wanted).toHaveLength(pairs.length);
  return pairs.flatMap(([a, b], index) => {
    const found = compareVersions(ecosystem, a, b);
    const same = found === wanted[index];
    return same ? [] : [`${a} ${b}: ${JSON.stringify(found)}, wanted ${wanted[index]}`];
  });
}
