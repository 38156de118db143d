/**
 * The order of Haskell packages (the Haskell Package Versioning Policy and Data.Version): lists of
 * numbers in lexicographic order, so that 1.0 precedes 1.0.0.
 */
import { compareNumberLists, comparerOf } from './version-order.ts';

const FORM = /^\d+(?:\.\d+)*$/;

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareHackageVersions = comparerOf({
  name: 'Hackage version',
  form: 'NUMBER{.NUMBER}',
  read: (text) => (FORM.test(text) ? text.split('.') : undefined),
  compare: compareNumberLists,
});
