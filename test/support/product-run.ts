/**
 * The product as it is published, for a whole run of the tests: the run makes its folder, the first
 * test that starts `assay` has it built there (see assay-main.ts), the run's end removes it.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Names the folder of the run's build to the test processes. */
export const PRODUCT_FOLDER = 'ASSAY_TEST_PRODUCT';

/** Makes the folder: below the project, where the build finds its dependencies. */
export function setup(): void {
  const caches = resolve(import.meta.dirname, '../../.cache');
  mkdirSync(caches, { recursive: true });
  const folder = mkdtempSync(join(caches, 'product-'));
  process.env[PRODUCT_FOLDER] = folder;
  // What one process compiles, its own code or a package's, none after it compiles again.
  process.env['NODE_COMPILE_CACHE'] ??= join(folder, 'compiled');
  // Not in a teardown: processes of the tests that end after it still write there.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
}
