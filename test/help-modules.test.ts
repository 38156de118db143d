/**
 * Holds that the command line stays light: `assay --help` from the build loads few files, since each
 * command loads its own when it runs, and a command loads no library that it does not use.
 */
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listModules } from '../bench/help-bench.ts';
import { assayMain } from './support/assay-main.ts';

const MOST = 30;
const ROOT = resolve(import.meta.dirname, '..');

let built = '';
let data = '';

beforeAll(async () => {
  built = dirname(await assayMain());
  data = mkdtempSync(join(tmpdir(), 'assay-help-modules-'));
});

afterAll(() => rmSync(data, { recursive: true, force: true }));

it('a command on a data folder loads no HTTP client, server, descriptors or OpenPGP', () => {
  const modules = listModules([
    join(built, 'main.js'),
    'project',
    'create',
    'shop',
    '--data',
    data,
  ]);
  expect(modules.filter((url) => /\/store-[^/]+$/.test(url))).not.toEqual([]);
  expect(
    modules.filter((url) =>
      /\/node_modules\/(?:undici|fastify|openpgp|pg|@grpc|@bufbuild)\//.test(url),
    ),
  ).toEqual([]);
  expect(modules.filter((url) => /\/(?:grpc-service|descriptor-set)-[^/]+$/.test(url))).toEqual([]);
});

it('every thread and process of ours that the product starts has its file in the build', () => {
  const threads = globSync('src/**/*-{thread,process}.ts', { cwd: ROOT });
  const names = threads.map((file) => basename(file).replace(/ts$/, 'js'));
  expect(names).toContain('rego-process.js');
  expect(readdirSync(built)).toEqual(expect.arrayContaining(names));
  const starts = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) =>
    /new Worker\(|\bfork\(/.test(readFileSync(join(ROOT, file), 'utf8')),
  );
  expect(starts).toHaveLength(threads.length);
});

it(`assay --help from the build loads at most ${MOST} modules`, () => {
  const modules = listModules([join(built, 'main.js'), '--help']);
  expect(modules).toContain(new URL(`file://${join(built, 'main.js')}`).href);
  expect(modules.length).toBeLessThanOrEqual(MOST);
});
