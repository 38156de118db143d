/** Files of a feed are whole or not there, and no more than they may be together. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { FeedContent } from './fetch-feed.ts';
import { emptySpool, spoolFeed, spoolWithin } from './spool-feed.ts';

const root = mkdtempSync(join(tmpdir(), 'assay-spool-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

function content(...parts: readonly (string | Error)[]): FeedContent {
  return {
    kind: 'content',
    validators: {},
    chunks: async function* chunks() {
      for (const part of parts) {
        if (part instanceof Error) throw part;
        yield Buffer.from(part);
      }
    },
    discard: async () => undefined,
  };
}

it('what breaks on the way leaves nothing behind, and what was there stays', async () => {
  const folder = await emptySpool(root, 'a');
  const path = join(folder, 'all.zip');
  await spoolFeed(content('o', 'ne'), path);
  await expect(spoolFeed(content('tw', new Error('cut')), path)).rejects.toThrow('cut');
  expect(readdirSync(folder)).toEqual(['all.zip']);
  expect(readFileSync(path, 'utf8')).toBe('one');
  await emptySpool(root, 'a');
  expect(readdirSync(folder)).toEqual([]);
});

it('several have a budget together', async () => {
  const folder = await emptySpool(root, 'b');
  const budget = { cap: 5, used: 0 };
  await spoolWithin(budget, content('ab', 'c'), join(folder, '0'));
  await expect(spoolWithin(budget, content('d', 'ef'), join(folder, '1'))).rejects.toThrow(
    'larger',
  );
  expect(readdirSync(folder)).toEqual(['0']);
});
