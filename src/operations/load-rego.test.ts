import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRego } from './load-rego.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'assay-load-'));
  const files: Record<string, string> = {
    'a/b/x.json': '{"x": 1}',
    'a/b/y.yaml': 'y: 2',
    'top.yml': 'top: 3',
    'a/p.rego': 'package a',
    'a/p_test.rego': 'package a_test',
    'a/data.json': '{"own": 4}',
    '.hidden/z.json': '{"z": 5}',
    'signed/.signatures.json': '{}',
    'notes.txt': 'x',
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function dataOf(files: Partial<Parameters<typeof loadRego>[0]>): Promise<unknown> {
  const { data } = await loadRego({ paths: [], version: 'v1', ...files });
  return JSON.parse(data ?? 'null') as unknown;
}

describe('documents lie where opa puts them', () => {
  const whole = { top: 3, a: { own: 4, b: { x: 1, y: 2 } } };

  it('below the folders of their files, not below the files’ names', async () => {
    expect(await dataOf({ paths: [root] })).toEqual(whole);
  });

  it('at the root where the file itself is named, below a prefix where there is one', async () => {
    expect(await dataOf({ paths: [join(root, 'a/b/x.json')] })).toEqual({ x: 1 });
    const given = [`k8s.facts:${join(root, 'a/b/x.json')}`, `k8s.facts:${join(root, 'a/b')}`];
    expect(await dataOf({ paths: [given[0] ?? ''] })).toEqual({ k8s: { facts: { x: 1 } } });
    expect(await dataOf({ paths: [given[1] ?? ''] })).toEqual({ k8s: { facts: { x: 1, y: 2 } } });
  });

  it('of a bundle only data.json and data.yaml', async () => {
    expect(await dataOf({ bundles: [root] })).toEqual({ a: { own: 4 } });
  });

  it('without what is to be passed over, by the name of a file or of a folder', async () => {
    expect(await dataOf({ paths: [root], ignore: ['b', 't*.y*l'] })).toEqual({ a: { own: 4 } });
    const { modules } = await loadRego({ paths: [root], ignore: ['*_test.rego'], version: 'v1' });
    expect(modules.map(({ file }) => file)).toEqual([join(root, 'a/p.rego')]);
  });
});

describe('refused is', () => {
  it.each([
    ['a file that is neither', { paths: ['notes.txt'] }, 'is neither module nor data'],
    ['a signed bundle', { bundles: ['signed'] }, 'are not verified here'],
    ['a packed bundle', { bundles: ['bundle.tar.gz'] }, 'unpack it'],
  ])('%s', async (_what, files, message) => {
    const named = Object.entries(files).map(([key, paths]) => [
      key,
      paths.map((path) => join(root, path)),
    ]);
    await expect(dataOf(Object.fromEntries(named) as object)).rejects.toThrow(message);
  });
});
