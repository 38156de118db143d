/** The launcher keeps compiled code for the next start, but reads none that others could write. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

const LAUNCHER = resolve(import.meta.dirname, '../bin/assay.mjs');

let caches = '';

beforeEach(() => {
  caches = mkdtempSync(join(tmpdir(), 'assay-caches-'));
});

afterEach(() => rmSync(caches, { recursive: true, force: true }));

function start(variables: NodeJS.ProcessEnv): string {
  const { HOME: _home, XDG_CACHE_HOME: _caches, NODE_COMPILE_CACHE: _other, ...env } = process.env;
  const options = { env: { ...env, ...variables }, encoding: 'utf8' } as const;
  return execFileSync(process.execPath, [LAUNCHER, '--version'], options);
}

function isKept(): boolean {
  return existsSync(join(caches, 'assay/compiled'));
}

it('compiled code is kept in the cache folder of the user', () => {
  expect(start({ XDG_CACHE_HOME: caches })).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(isKept()).toBe(true);
});

it('what no Node has used for 30 days is removed, and what one uses stays', () => {
  const compiled = join(caches, 'assay/compiled');
  start({ XDG_CACHE_HOME: caches });
  const [used = ''] = readdirSync(compiled);
  for (const name of ['of-long-ago', 'of-lately', used]) {
    mkdirSync(join(compiled, name), { recursive: true });
    const days = name === 'of-lately' ? 29 : 31;
    const time = new Date(Date.now() - days * 86_400_000);
    utimesSync(join(compiled, name), time, time);
  }
  start({ XDG_CACHE_HOME: caches });
  expect(new Set(readdirSync(compiled))).toEqual(new Set(['of-lately', used]));
  start({ XDG_CACHE_HOME: caches });
  expect(readdirSync(compiled)).toContain(used);
});

it.each<[string, () => NodeJS.ProcessEnv]>([
  ['there is no home', () => ({})],
  ['the folder is a relative path', () => ({ XDG_CACHE_HOME: 'caches' })],
  ['the folder is not there', () => ({ XDG_CACHE_HOME: join(caches, 'none') })],
  [
    'attack: others may write to the folder',
    () => {
      chmodSync(caches, 0o777);
      return { XDG_CACHE_HOME: caches };
    },
  ],
])('starts without where %s', (_name, variables) => {
  expect(start(variables())).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(isKept()).toBe(false);
});
