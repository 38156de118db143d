/** The laws of overlaying layers, and the attacks that use them to hide a file. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LayerEntry, LayerFacts } from '../domain/layer-facts.ts';
import { foldLayers } from './fold-layers.ts';
import { digestOf } from './raw-tar.ts';

/**
 * `a/` directory, `a -> b` symbolic link, `a => b` hard link, `!a` whiteout, `^a` opaque, `?a`
 * device.
 */
function layer(digit: string, lines: readonly string[]): LayerFacts {
  const marked = (mark: string): string[] =>
    lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(1));
  return {
    digest: digestOf(digit),
    diffId: digestOf(digit),
    compressedBytes: 0,
    uncompressedBytes: 0,
    entryCount: 0,
    allEntries: true,
    entries: lines.filter((line) => !/^[!^]/.test(line)).map((line) => entry(line, digit)),
    whiteouts: marked('!'),
    opaqueDirectories: marked('^'),
    problems: [],
  };
}

function entry(line: string, digit: string): LayerEntry {
  const base = { mode: 0o644, size: 0 };
  const soft = line.split(' -> ');
  const hard = line.split(' => ');
  if (soft[1] !== undefined)
    return { ...base, path: soft[0] ?? '', kind: 'symlink', target: soft[1] };
  if (hard[1] !== undefined)
    return { ...base, path: hard[0] ?? '', kind: 'hardlink', target: hard[1] };
  if (line.startsWith('?')) return { ...base, path: line.slice(1), kind: 'other' };
  if (line.endsWith('/')) return { ...base, path: line.slice(0, -1), kind: 'directory' };
  return { ...base, path: line, kind: 'file', extracted: { extractor: 'test', data: digit } };
}

/** Path to the layer that it is from and the layer that its content is from. */
function folded(layers: readonly (readonly string[])[]): Record<string, string> {
  const tree = foldLayers(layers.map((lines, index) => layer(String(index + 1), lines)));
  const all = [...tree.files].map(
    ([
      path,
      {
        layer: digest,
        entry: { extracted },
      },
    ]): [string, string] => [
      path,
      `${digest.at(-1)}${JSON.stringify(extracted?.data)}`.replaceAll('"', ''),
    ],
  );
  return Object.fromEntries(all);
}

describe('foldLayers', () => {
  it.each<[string, readonly (readonly string[])[], Record<string, string>]>([
    ['the last writer wins', [['a', 'b'], ['a']], { a: '22', b: '11' }],
    ['the last of two entries in one layer wins', [['a -> x', 'a']], { a: '11' }],
    ['a whiteout removes a file', [['d/a', 'd/b'], ['!d/a']], { 'd/b': '11' }],
    ['a whiteout removes a directory', [['d/a', 'e'], ['!d']], { e: '11' }],
    ['a whiteout acts on lower layers only', [['a'], ['a', '!a']], { a: '22' }],
    [
      'so does an opaque directory',
      [
        ['d/a', 'd/b'],
        ['^d', 'd/b'],
      ],
      { 'd/b': '22' },
    ],
    [
      'an opaque root hides everything',
      [
        ['a', 'd/b'],
        ['^', 'c'],
      ],
      { c: '22' },
    ],
    ['a whiteout of nothing does nothing', [['a'], ['!x/y', '^x/z']], { a: '11' }],
    ['a file removed and written again', [['a'], ['!a'], ['a']], { a: '33' }],
    ['a file in place of a directory hides what was below', [['d/a'], ['d']], { d: '22' }],
    ['a device in place of a directory, too', [['d/a', 'b'], ['?d']], { b: '11' }],
    ['a link in place of a directory, too', [['d/a', 'b'], ['d -> x']], { b: '11' }],
    ['a directory again keeps what was below', [['d/a'], ['d/']], { 'd/a': '11' }],
    [
      'a directory in place of a link',
      [
        ['d -> e', 'e/a'],
        ['d/', 'd/b'],
      ],
      { 'e/a': '11', 'd/b': '22' },
    ],
    ['a directory in place of a file', [['d'], ['d/', 'd/a']], { 'd/a': '22' }],
    ['writing through a linked directory', [['lib -> usr/lib'], ['lib/a']], { 'usr/lib/a': '22' }],
    [
      'writing through an absolute link stays inside',
      [['l -> /../etc'], ['l/a']],
      { 'etc/a': '22' },
    ],
    ['a hard link is what its target was', [['a', 'b => a', 'a']], { a: '11', b: '11' }],
    ['a hard link to a lower layer', [['a'], ['b => /a'], ['a']], { a: '33', b: '21' }],
    ['a hard link outlives its target', [['a'], ['b => a'], ['!a']], { b: '21' }],
    ['a whiteout through a link is ignored', [['l -> d', 'd/a'], ['!l/a']], { 'd/a': '11' }],
  ])('%s', (_law, layers, expected) => {
    expect(folded(layers)).toEqual(expected);
  });

  it('remembers what a file replaced, until it is removed', () => {
    const layers = [['a'], ['a'], ['!a'], ['a'], ['a']];
    const tree = foldLayers(layers.map((lines, index) => layer(String(index + 1), lines)));
    expect(tree.files.get('a')?.earlier.map((file) => file.layer)).toEqual([digestOf('4')]);
  });
});

describe('resolve', () => {
  const chain = (length: number): string[] => [
    ...Array.from({ length }, (_, index) => `l${index} -> l${index + 1}`),
    `l${length}`,
  ];
  it.each<[string, readonly string[], string, string | undefined, readonly string[]]>([
    ['a file', ['a/b'], 'a/b', 'a/b', []],
    ['nothing', ['a/b'], 'a/c', undefined, []],
    ['below a file', ['a'], 'a/b', undefined, []],
    ['a relative link', ['etc/r -> ../usr/r', 'usr/r'], 'etc/r', 'usr/r', []],
    ['an absolute link', ['etc/r -> /usr/r', 'usr/r'], 'etc/r', 'usr/r', []],
    ['a link out of the root', ['r -> ../../../usr/r', 'usr/r'], 'r', 'usr/r', []],
    ['a dangling link', ['a -> b'], 'a', undefined, []],
    ['a link to itself', ['a -> a'], 'a', undefined, ['link-cycle']],
    ['two links to each other', ['a -> b', 'b -> a'], 'a', undefined, ['link-cycle']],
    ['a growing cycle', ['a -> a/b'], 'a', undefined, ['link-cycle']],
    [
      'a circle of twenty',
      [...chain(20).slice(0, 20), 'l20 -> l0'],
      'l0',
      undefined,
      ['link-cycle'],
    ],
    ['eight links', chain(8), 'l0', 'l8', []],
    ['nine links', chain(9), 'l0', undefined, ['links-too-deep!']],
    ['a hundred links', chain(100), 'l0', undefined, ['links-too-deep!']],
    [
      'a link to its own directory, twelve times',
      ['x -> .', 'f'],
      `${'x/'.repeat(12)}f`,
      undefined,
      ['links-too-deep!'],
    ],
    ['the same, twice', ['x -> .', 'f'], 'x/x/f', 'f', []],
  ])('%s', (_fact, lines, path, file, problems) => {
    const resolved = foldLayers([layer('1', lines)]).resolve(path);
    expect(resolved.file?.entry.path).toBe(file);
    expect(resolved.problems.map(({ code, fatal }) => (fatal ? `${code}!` : code))).toEqual(
      problems,
    );
  });

  it('lists a linked directory', () => {
    const tree = foldLayers([layer('1', ['a -> b/c', 'b/c/x', 'b/c/y/z'])]);
    expect(tree.resolve('a')).toMatchObject({
      path: 'b/c',
      names: ['x', 'y'],
      visited: ['b', 'b/c'],
    });
  });

  it('names the target of a hard link to something that was not kept', () => {
    const tree = foldLayers([layer('1', ['a => opt/b'])]);
    expect(tree.resolve('a')).toMatchObject({ hardLink: true, path: 'opt/b', visited: ['opt/b'] });
  });

  it('an image of endless directories is given up, fatally', () => {
    const deep = 'd/'.repeat(1000);
    const lines = Array.from({ length: 600 }, (_, index) => `${index}/${deep}f`);
    const { problems, files } = foldLayers([layer('1', lines)]);
    expect(problems).toMatchObject([{ code: 'image-over-cap', fatal: true }]);
    expect(files.size).toBeLessThan(600);
  });

  it('any layers fold to clean paths, and every path resolves to an end', () => {
    const part = fc.constantFrom('a', 'b', 'c', '..', '.');
    const clean = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 3 });
    const target = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const line = fc
      .tuple(clean, target, fc.constantFrom('file', '/', ' -> ', ' => ', '!', '^', '?'))
      .map(([parts, to, form]) => {
        const path = parts.join('/');
        if (form === 'file') return path;
        if (form === '/') return `${path}/`;
        return form.startsWith(' ') ? `${path}${form}${to}` : `${form}${path}`;
      });
    fc.assert(
      fc.property(
        fc.array(fc.array(line, { maxLength: 8 }), { maxLength: 4 }),
        target,
        (layers, path) => {
          const tree = foldLayers(layers.map((lines, index) => layer(String(index), lines)));
          const paths = [...tree.files.keys()];
          expect(paths.every((kept) => /^[abc](?:\/[abc])*$/.test(kept))).toBe(true);
          expect(tree.resolve(path).path).not.toContain('..');
        },
      ),
    );
  });
});
