/** Many problems are told by the first of them, and never as fewer doubts. */
import { expect, it } from 'vitest';
import { firstProblems } from './first-problems.ts';
import type { ScanProblem } from './software-package.ts';

function many(count: number, problem: Partial<ScanProblem>): ScanProblem[] {
  const each = { code: 'x', message: '', fatal: false, ...problem };
  return Array.from({ length: count }, (_, index) => ({ ...each, message: `${index}` }));
}

it('a hundred stay as they are', () => {
  const all = many(100, {});
  expect(firstProblems(all, 'files')).toBe(all);
});

it.each([
  ['fatal ones come first', [...many(150, {}), ...many(20, { fatal: true })], 20, false],
  ['and are not hidden behind others', many(150, { fatal: true }), 101, true],
] as const)('%s', (_fact, problems, fatal, lastIsFatal) => {
  const told = firstProblems(problems, 'files');
  expect(told).toHaveLength(101);
  expect(told.filter((one) => one.fatal)).toHaveLength(fatal);
  expect(told.at(-1)).toMatchObject({ code: 'more-problems', fatal: lastIsFatal });
  expect(told.at(-1)?.message).toBe(`${problems.length - 100} more problems were found in files`);
});

it('what is left is of what is declared only where all of it is', () => {
  const declared = many(150, { origin: 'declared' });
  expect(firstProblems(declared, 'files').at(-1)?.origin).toBe('declared');
  const both = [...declared, ...many(101, {})];
  expect(firstProblems(both, 'files').at(-1)?.origin).toBeUndefined();
});
