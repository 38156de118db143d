/**
 * Holds that the command line stays light: `assay --help` from the build loads few files, since each
 * command loads its own when it runs.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listModules } from '../bench/help-bench.ts';

const MOST = 30;
const ROOT = resolve(import.meta.dirname, '..');
// Below the project, so that the build finds its dependencies.
const parent = join(ROOT, '.cache');
const run = promisify(execFile);

let build = '';

beforeAll(async () => {
  await mkdir(parent, { recursive: true });
  build = await mkdtemp(join(parent, 'help-modules-'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', build], { cwd: ROOT });
});

afterAll(() => rm(build, { recursive: true, force: true }));

it(`assay --help from the build loads at most ${MOST} modules`, () => {
  const modules = listModules([join(build, 'main.js'), '--help']);
  expect(modules).toContain(new URL(`file://${join(build, 'main.js')}`).href);
  expect(modules.length).toBeLessThanOrEqual(MOST);
});
