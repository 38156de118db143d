/** The conformance data beside a checkout, reached through ASSAY_TEST_DATA and nothing else. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * The absolute path of a file or folder of the test data, or undefined where the variable is unset
 * or has no such file; a test then skips with `(needs ASSAY_TEST_DATA)` in its title.
 */
export function testData(...parts: readonly string[]): string | undefined {
  const root = process.env.ASSAY_TEST_DATA;
  if (root === undefined || root === '') return undefined;
  const path = resolve(root, ...parts);
  return existsSync(path) ? path : undefined;
}
