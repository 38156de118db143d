/**
 * Comparing versions beside the least that any order must do: splitting both texts at their
 * separators and comparing the pieces one by one. One figure per order, over the same pairs, which
 * the bench makes like those that releases have.
 */
import { compareVersions } from '../src/scanner/versions/compare-versions.ts';
import type { BenchResult, Figure } from './figure.ts';

const ROUNDS = 9;
const PAIRS = 20_000;

/** How each ecosystem writes what comes after its numbers. */
const TAILS: Readonly<Record<string, readonly string[]>> = {
  Debian: ['-1', '-2+deb12u1', '+dfsg-1', '~rc1-1', '-1ubuntu0.22.04.1'],
  Alpine: ['-r0', '-r1', '-r10', '_rc1-r0', '_p1-r2'],
  AlmaLinux: ['-1.el9', '-2.el9_4', '-10.module_el8.5.0+123+abc', '~rc1-1.el9', '-1.el9_4.1'],
  npm: ['', '', '', '-rc.1', '-beta.11'],
  Go: ['', '', '', '-rc.1', '-0.20240101120000-abcdefabcdef'],
  NuGet: ['', '', '.1', '-preview.1', '-RC2'],
  PyPI: ['', '', '.post1', 'rc1', '.dev3'],
  Maven: ['', '', '.Final', '-SNAPSHOT', '-M2'],
  RubyGems: ['', '', '.1', '.rc1', '.pre.2'],
  Packagist: ['', '', '.1', '-RC1', '-beta2'],
  Pub: ['', '', '+1', '-dev.1', '-beta.2'],
  CRAN: ['', '', '-1', '.1', '-10'],
  Hackage: ['', '', '.0', '.1', '.10'],
};

type Pair = readonly [a: string, b: string];
type Compare = (a: string, b: string) => number;

/** Measures every order. */
export async function benchVersions(): Promise<BenchResult> {
  const figures: Figure[] = [];
  for (const [ecosystem, tails] of Object.entries(TAILS)) {
    figures.push(measure(ecosystem, makePairs(tails)));
  }
  const notes = [`versions: ${PAIRS} pairs for each order, CPU time in the bench's own process`];
  return { name: 'versions', figures, notes };
}

function measure(ecosystem: string, pairs: readonly Pair[]): Figure {
  const own: Compare = (a, b) => Number(compareVersions(ecosystem, a, b));
  const ours: number[] = [];
  const baseline: number[] = [];
  for (let round = 0; round <= ROUNDS; round += 1) {
    const times = [timeOf(splitAndCompare, pairs), timeOf(own, pairs)] as const;
    // The first round warms up.
    if (round === 0) continue;
    baseline.push(times[0]);
    ours.push(times[1]);
  }
  const limit = { of: 'ratio', atMost: 3 } as const;
  return { name: `versions, ${ecosystem}`, unit: 'ms', ours, baseline, limit };
}

function timeOf(compare: Compare, pairs: readonly Pair[]): number {
  const begun = process.cpuUsage();
  let sum = 0;
  for (const [a, b] of pairs) sum += compare(a, b);
  const { user, system } = process.cpuUsage(begun);
  if (Number.isNaN(sum)) throw new Error('a version of the bench cannot be compared');
  return (user + system) / 1000;
}

/** The baseline: pieces as numbers where both are, else as texts; what ends first comes first. */
function splitAndCompare(a: string, b: string): number {
  const left = a.split(/[^0-9A-Za-z]+/);
  const right = b.split(/[^0-9A-Za-z]+/);
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const order = comparePieces(left[index] ?? '', right[index] ?? '');
    if (order !== 0) return order;
  }
  return Math.sign(left.length - right.length);
}

function comparePieces(a: string, b: string): number {
  const [numberA, numberB] = [Number(a), Number(b)];
  if (!Number.isNaN(numberA) && !Number.isNaN(numberB)) return Math.sign(numberA - numberB);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Neighbours, as a version and the bounds of a record are: mostly alike in the first numbers. */
function makePairs(tails: readonly string[]): readonly Pair[] {
  let state = 1;
  const pick = (count: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % count;
  };
  const version = (major: number): string =>
    `${major}.${pick(4)}.${pick(30)}${tails[pick(tails.length)] ?? ''}`;
  return Array.from({ length: PAIRS }, () => {
    const major = pick(12);
    return [version(major), version(pick(4) === 0 ? pick(12) : major)];
  });
}
