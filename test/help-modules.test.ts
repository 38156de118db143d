/**
 * Holds that the command line stays light: `assay --help` from the build loads few files, since each
 * command loads its own when it runs, and a command loads no library that it does not use.
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
  // Types are held elsewhere: here only what is loaded counts.
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--noCheck', '--outDir', build], {
    cwd: ROOT,
  });
});

afterAll(() => rm(build, { recursive: true, force: true }));

it('a command on a data folder loads no HTTP client, server or OpenPGP', () => {
  const modules = listModules([
    join(build, 'main.js'),
    'project',
    'create',
    'shop',
    '--data',
    join(build, 'data'),
  ]);
  expect(modules.filter((url) => url.includes('/node_modules/kysely/'))).not.toEqual([]);
  expect(
    modules.filter((url) => /\/node_modules\/(?:undici|fastify|openpgp|pg)\//.test(url)),
  ).toEqual([]);
});

it(`assay --help from the build loads at most ${MOST} modules`, () => {
  const modules = listModules([join(build, 'main.js'), '--help']);
  expect(modules).toContain(new URL(`file://${join(build, 'main.js')}`).href);
  expect(modules.length).toBeLessThanOrEqual(MOST);
});
