/**
 * The order of R packages (R's `package_version`): numbers separated by dots or hyphens, which are
 * the same; a version precedes every longer one that begins with it.
 */
import { compareNumberLists, comparerOf } from './version-order.ts';

const FORM = /^\d+(?:[.-]\d+)*$/;

/** Negative, zero or positive as the first version is older, equal or newer. */
export const compareCranVersions = comparerOf({
  name: 'CRAN version',
  form: 'NUMBER{.NUMBER} with dots or hyphens',
  read: (text) => (FORM.test(text) ? text.replaceAll('-', '.').split('.') : undefined),
  compare: compareNumberLists,
});
