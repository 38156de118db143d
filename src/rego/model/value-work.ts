/**
 * What deep operations over values cost: a value may share its parts (`x := [a, a]`, `y := [x, x]`
 * and so on), so that thirty lines make one whose text would fill every disk. Comparing, printing
 * and keying values therefore count what they do, and the evaluation at work is charged for it. One
 * evaluation runs at a time in a thread, from its beginning to its end.
 */

/** Who pays. */
export interface WorkBudget {
  /** Throws `eval_limit_error` when nothing is left. */
  readonly spend: (steps: number) => void;
  /** Likewise, for bytes that are kept. */
  readonly allocate: (bytes: number) => void;
}

/** Charging each step would cost more than the step. */
const BATCH = 4096;
const STEPS_OF_TEXT = 3;
/** What printing one part of a value takes. */
export const STEPS_PER_PART = 3;

/** So many units of an operand are gone through in a step. */
const LONG_TEXT = 24;

let budget: WorkBudget | undefined;
let pending = 0;

/** Counts steps of about a tenth of a microsecond; throws when the evaluation has none left. */
export function countWork(steps: number): void {
  pending += steps;
  if (pending < BATCH) return;
  const due = pending;
  pending = 0;
  budget?.spend(due);
}

/** Counts the work of going through a text. */
export function countText(text: string): void {
  countWork(STEPS_PER_PART + (text.length >> STEPS_OF_TEXT));
}

/** Counts what going through an operand takes that is longer than most. */
export function countLongText(text: string): void {
  if (text.length >= LONG_TEXT) countWork(text.length / LONG_TEXT);
}

/** Counts members of a new collection, and what they take of memory. */
export function countMembers(count: number, bytesEach: number): void {
  countWork(1 + (count >> 2));
  if (count > 0) budget?.allocate(count * bytesEach);
}

/** Runs something whose work over values is paid from a budget. */
export function payingFor<T>(payer: WorkBudget, run: () => T): T {
  const [before, due] = [budget, pending];
  budget = payer;
  pending = 0;
  try {
    return run();
  } finally {
    budget = before;
    pending = due;
  }
}
