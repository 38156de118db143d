/** Whether a test that a table names is there. */
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..');

/** A file below the root, and a text of the title of one of its tests or rows. */
export type NamedTest = readonly [file: string, title: string];

/** The tests of a list that are not there. */
export function missingTests(tests: readonly NamedTest[]): readonly NamedTest[] {
  return tests.filter(([file, title]) => {
    if (title === '') return true;
    const path = resolve(ROOT, file);
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(title);
  });
}
