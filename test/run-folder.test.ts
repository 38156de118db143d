/** What a killed run of the tests left is removed by the next; what one uses stays. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeRunFolder } from './support/run-folder.ts';

let parent = '';

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'assay-runs-'));
});
afterEach(() => rmSync(parent, { recursive: true }));

it('removes folders of runs that are over, and nothing else', () => {
  const { pid } = spawnSync(process.execPath, ['--version']);
  const living = [`run-${process.ppid}-abcdef`, 'run-notes', `other-${pid}-abcdef`];
  for (const name of [...living, `run-${pid}-abcdef`]) {
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, 'file'), '');
  }
  const made = basename(makeRunFolder(parent, 'run'));
  expect(made).toMatch(new RegExp(`^run-${process.pid}-`));
  expect(new Set(readdirSync(parent))).toEqual(new Set([...living, made]));
});
