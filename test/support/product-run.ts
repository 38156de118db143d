/**
 * The product as it is published, for a whole run of the tests: the run makes its folder, the first
 * test that starts `assay` has it built there (see assay-main.ts), the run's end removes it.
 */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeRunFolder } from './run-folder.ts';

/** Names the folder of the run's build to the test processes. */
export const PRODUCT_FOLDER = 'ASSAY_TEST_PRODUCT';

/** Makes the folder: below the project, where the build finds its dependencies. */
export function setup(): void {
  const caches = resolve(import.meta.dirname, '../../.cache');
  mkdirSync(caches, { recursive: true });
  const folder = makeRunFolder(caches, 'product');
  process.env[PRODUCT_FOLDER] = folder;
  // What one process compiles, its own code or a package's, none after it compiles again.
  process.env['NODE_COMPILE_CACHE'] ??= join(folder, 'compiled');
}
