/** How commands tell what came of a judgement: by their exit code, and in a word. */
import type { Outcome } from '../domain/verdict.ts';

/** Exit codes: 0 pass, 2 not met, 3 undecided. */
export const OUTCOME_EXIT_CODES = {
  allow: 0,
  deny: 2,
  undecided: 3,
} as const satisfies Record<Outcome, number>;

/** What is said of an image that was to be verified. */
export const VERIFIED_WORDS = {
  allow: 'VERIFIED',
  deny: 'NOT VERIFIED',
  undecided: 'COULD NOT CHECK',
} as const satisfies Record<Outcome, string>;
