/**
 * Attacks by length: a policy calls a builtin again and again with one long operand. Each call
 * must cost steps or bytes by that length, so that the limits of an evaluation end it.
 */
import { expect, test } from 'vitest';
import type { BuiltinContext } from '../model/builtin.ts';
import { BuiltinFailure } from '../model/builtin.ts';
import type { Value } from '../model/value.ts';
import { allBuiltins } from './all-builtins.ts';

/** Operands of a call, one of which is so long. */
type Operands = (size: number) => readonly Value[];

const text = (size: number): string => `é${' '.repeat(size - 2)}a`;
const list = (size: number): readonly Value[] => Array.from({ length: size }, (_, at) => at);

const CALLS: readonly (readonly [name: string, operands: Operands])[] = [
  ['contains', (size) => [text(size), 'x']],
  ['startswith', (size) => [text(size), text(size)]],
  ['lower', (size) => [text(size)]],
  ['upper', (size) => [text(size)]],
  ['trim', (size) => [text(size), ' é']],
  ['trim_space', (size) => [text(size)]],
  ['strings.reverse', (size) => [text(size)]],
  ['indexof', (size) => [text(size), 'a']],
  ['indexof_n', (size) => [text(size), ' ']],
  ['strings.count', (size) => [text(size), ' ']],
  ['split', (size) => [text(size), '']],
  ['strings.split_n', (size) => [text(size), ' ', 1]],
  ['concat', (size) => [text(size), ['a', 'b']]],
  ['replace', (size) => [text(size), 'x', 'y']],
  ['strings.replace_n', (size) => [{ x: 'y' }, text(size)]],
  ['strings.replace_n', (size) => [{ [`${' '.repeat(size)}x`]: 'y' }, '  ']],
  ['strings.render_template', (size) => ['{{len .s}}', { s: text(size) }]],
  ['substring', (size) => [text(size), 1, -1]],
  ['sprintf', (size) => ['%s', [text(size)]]],
  ['sprintf', (size) => ['%d', [list(size)]]],
  ['sprintf', (size) => ['%d'.repeat(size), []]],
  ['strings.any_prefix_match', (size) => [list(size).map(String), 'x']],
  ['count', (size) => [text(size)]],
  ['sum', (size) => [list(size)]],
  ['product', (size) => [list(size)]],
  ['max', (size) => [list(size)]],
  ['min', (size) => [list(size)]],
  ['sort', (size) => [list(size)]],
  ['all', (size) => [list(size)]],
  ['any', (size) => [list(size)]],
  ['regex.match', (size) => ['a.b', text(size)]],
  ['regex.match', (size) => ['a'.repeat(size), '']],
  ['regex.is_valid', (size) => ['a'.repeat(size)]],
  ['regex.find_n', (size) => ['x', text(size), -1]],
  ['regex.split', (size) => [' ', text(size)]],
  ['regex.replace', (size) => ['a', 'a', text(size)]],
  ['regex.globs_match', (size) => ['a*'.repeat(size / 8), 'b*'.repeat(size / 8)]],
  ['regex.globs_match', (size) => [`[${text(size)}]`, 'b']],
  ['glob.match', (size) => ['*a*', [], text(size)]],
  ['glob.match', (size) => ['*'.repeat(size), [], 'a']],
  ['net.cidr_merge', (size) => [list(size).map((at) => `10.0.0.${Number(at) % 256}/32`)]],
  ['net.cidr_contains_matches', (size) => [list(size).map(() => '10.0.0.0/8'), ['10.0.0.1']]],
  ['time.parse_ns', (size) => [text(size), text(size)]],
  ['time.format', (size) => [[0, '', text(size)]]],
];

function costOf(name: string, operands: readonly Value[]): number {
  let cost = 0;
  const context: BuiltinContext = {
    charge: (steps) => (cost += steps),
    allocate: (bytes) => (cost += bytes),
    nowNanos: 0n,
    randomBytes: (count) => new Uint8Array(count),
    memory: new Map(),
    handed: undefined,
    runtime: {},
    print: () => {},
    at: { file: '', line: 1, column: 1 },
  };
  try {
    allBuiltins.get(name)?.call(operands, context);
  } catch (error) {
    if (!(error instanceof BuiltinFailure)) throw error;
  }
  return cost;
}

const [SHORT, LONG] = [64, 6400];

test.each(CALLS)('%s costs by the length of its operands', (name, operands) => {
  const [short, long] = [costOf(name, operands(SHORT)), costOf(name, operands(LONG))];
  expect(long - short).toBeGreaterThanOrEqual((LONG - SHORT) / 64);
});

/** Attacks whose work grows by the square of what they are given. */
const SQUARES: readonly (readonly [name: string, operands: Operands])[] = [
  ['regex.find_n', (size) => ['0*1?2|0', '0'.repeat(size), -1]],
  ['regex.globs_match', (size) => ['a*'.repeat(size), 'b*'.repeat(size)]],
  ['net.cidr_contains_matches', (size) => [networks(size), list(size).map(() => '11.0.0.1')]],
  ['strings.any_prefix_match', (size) => [list(size).map(String), list(size).map(String)]],
];

function networks(size: number): readonly Value[] {
  return list(size).map(() => '10.0.0.0/8');
}

test.each(SQUARES)('%s costs by the square of its operands', (name, operands) => {
  expect(costOf(name, operands(1600))).toBeGreaterThan(30 * costOf(name, operands(160)));
});

test('a pattern costs by what its repetitions make of it', () => {
  const long = costOf('regex.is_valid', [String.raw`(\pL{900})`.repeat(20)]);
  expect(long).toBeGreaterThan(
    (100 * costOf('regex.is_valid', [String.raw`(\pL{9})`.repeat(20)])) / 2,
  );
});
