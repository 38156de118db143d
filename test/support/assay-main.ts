/**
 * The file that starts the product, as the tests start it: built once a run as it is published, since
 * users have the build, and each start from the sources costs twice to four times as much.
 */
import { join } from 'node:path';
import { onceARun } from './once-a-run.ts';
import { PRODUCT_FOLDER } from './product-run.ts';

let main: Promise<string> | undefined;

/** The absolute path of the build's `main.js`; the first that asks in a run builds it. */
export function assayMain(): Promise<string> {
  main ??= onceARun(productFolder(), buildProduct);
  return main;
}

async function buildProduct(): Promise<string> {
  const { build } = await import('../../scripts/build.ts');
  const built = join(productFolder(), 'dist');
  // `npm run check` holds the types.
  await build(built, false);
  return join(built, 'main.js');
}

function productFolder(): string {
  const folder = process.env[PRODUCT_FOLDER];
  if (folder !== undefined) return folder;
  throw new Error('tests that start assay run by a configuration with product-run.ts only');
}
