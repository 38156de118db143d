/** Problems of many packages are many; a reader needs the first and how many there are. */
import type { ScanProblem } from './software-package.ts';

/** Most problems that are told of one sort. */
const MOST = 100;

/** The first hundred, fatal ones before others, and one that says how many `what` had more. */
export function firstProblems(
  problems: readonly ScanProblem[],
  what: string,
): readonly ScanProblem[] {
  if (problems.length <= MOST) return problems;
  const ordered = problems.toSorted((a, b) => rank(b) - rank(a));
  const [next, ...others] = ordered.slice(MOST);
  if (next === undefined) return ordered;
  const message = `${others.length + 1} more problems were found in ${what}`;
  return [...ordered.slice(0, MOST), { ...next, code: 'more-problems', message }];
}

/** What leaves more undecided comes first. */
function rank({ fatal, origin }: ScanProblem): number {
  if (fatal) return 2;
  return origin === undefined ? 1 : 0;
}
