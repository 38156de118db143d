/** Layers as they arrive: whole, compressed in every way, damaged, too large, hostile. */
import { createHash } from 'node:crypto';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AssayError } from '../domain/error.ts';
import type { LayerFacts } from '../domain/layer-facts.ts';
import { digestOf, inPieces, paxRecord, rawEntry, rawTar, type RawEntry } from './raw-tar.ts';
import type { LayerLimits } from './layer-limits.ts';
import { readLayer, type LayerReader } from './read-layer.ts';

const want: LayerReader = {
  wants: (path) => (path.startsWith('want/') ? 1000 : 0),
  extract: (_path, bytes) => ({
    extracted: { extractor: 'test', data: new TextDecoder().decode(bytes) },
    problems: [],
  }),
};

interface Given {
  readonly limits?: Partial<LayerLimits>;
  readonly piece?: number;
  readonly want?: LayerReader;
}

function read(bytes: Uint8Array, given: Given = {}): Promise<LayerFacts> {
  const { limits = {}, piece = 700 } = given;
  const digest = digestOf('1');
  return readLayer(inPieces(bytes, piece), { digest, want: given.want ?? want, limits });
}

function readEntries(entries: readonly RawEntry[], given: Given = {}): Promise<LayerFacts> {
  return read(rawTar(entries), given);
}

function contents(facts: LayerFacts): Record<string, unknown> {
  return Object.fromEntries(facts.entries.map(({ path, extracted }) => [path, extracted?.data]));
}

function codes(facts: LayerFacts): string[] {
  return facts.problems.map(({ code, fatal }) => (fatal ? `${code}!` : code));
}

const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);
const big = Buffer.alloc(300_000, 'content ');
const tar = rawTar([
  { name: './want/a', content: 'A' },
  { name: 'big', content: big },
  { name: 'want/b', content: 'B'.repeat(600) },
]);
const half = tar.subarray(0, 1000);
const rest = tar.subarray(1000);

describe('compression is told by magic bytes:', () => {
  it.each([
    ['plain', tar],
    ['gzip', gzipSync(tar)],
    ['gzip of two members', Buffer.concat([gzipSync(half), gzipSync(rest)])],
    ['zstd', zstdCompressSync(tar)],
    ['zstd of two frames', Buffer.concat([zstdCompressSync(half), zstdCompressSync(rest)])],
    ['zstd after a skippable frame', Buffer.concat([skippable, zstdCompressSync(tar)])],
    ['zstd before a skippable frame', Buffer.concat([zstdCompressSync(tar), skippable])],
    ['stored gzip', gzipSync(tar, { level: constants.Z_NO_COMPRESSION })],
  ])('%s, in pieces of any size', async (_name, bytes) => {
    for (const piece of [1, 7, 512, 1_000_000]) {
      if (piece === 1 && bytes.length > 5000) continue;
      const facts = await read(bytes, { piece });
      expect(facts.problems).toEqual([]);
      expect(contents(facts)).toEqual({ 'want/a': 'A', big: undefined, 'want/b': 'B'.repeat(600) });
      expect(facts.diffId).toBe(`sha256:${createHash('sha256').update(tar).digest('hex')}`);
      expect(facts).toMatchObject({
        compressedBytes: bytes.length,
        uncompressedBytes: tar.length,
        entryCount: 3,
        allEntries: true,
      });
    }
  });

  it.each([
    ['an empty tar', gzipSync(Buffer.alloc(1024))],
    ['an empty gzip', gzipSync('')],
    ['nothing at all', Buffer.alloc(0)],
  ])('%s is an empty layer', async (_name, bytes) => {
    expect(await read(bytes)).toMatchObject({ entryCount: 0, entries: [], problems: [] });
  });
});

describe('damage is a fatal problem, never an exception:', () => {
  const entry = rawEntry({ name: 'a', content: 'abc' });
  const broken = gzipSync(tar);
  broken.fill(0xff, 40, 80);
  it.each([
    ['damaged gzip', broken, 'gzip'],
    ['cut gzip', gzipSync(tar).subarray(0, -9), 'gzip'],
    ['gzip with a wrong checksum at its end', swapLast(gzipSync(tar)), 'gzip'],
    ['zeros after gzip', Buffer.concat([gzipSync(tar), Buffer.alloc(9)]), 'after the end'],
    [
      'a second layer behind zeros',
      Buffer.concat([gzipSync(tar), Buffer.alloc(700), gzipSync(tar)]),
      '',
    ],
    ['cut zstd', zstdCompressSync(tar).subarray(0, -9), 'zstd'],
    ['junk after zstd', Buffer.concat([zstdCompressSync(tar), Buffer.from('junk')]), 'zstd'],
    ['bzip2', Buffer.from('BZh91AY&SY'), 'bzip2'],
    ['xz', Buffer.from('fd377a585a000000', 'hex'), 'xz'],
    ['a tar cut in a header', tar.subarray(0, 300), 'middle of an entry'],
    ['a tar cut in a wanted file', tar.subarray(0, 512), 'middle of an entry'],
    ['a tar cut in another file', tar.subarray(0, 5000), 'middle of an entry'],
    ['text', Buffer.alloc(600, 'not a tar '), 'checksum'],
    ['a wrong checksum', rawEntry({ name: 'a', checksum: '000001\0 ' }), 'checksum'],
    ['an entry after zeros', Buffer.concat([Buffer.alloc(512), entry]), 'after a block of zeros'],
    ['an unknown type', rawEntry({ name: 'a', type: 'Q' }), 'unknown type'],
    [
      'a size in letters',
      rawEntry({ name: 'a', patch: { at: 124, bytes: Buffer.from('zzz') } }),
      'size',
    ],
    [
      'a negative size',
      rawEntry({ name: 'a', patch: { at: 124, bytes: Buffer.alloc(12, 0xff) } }),
      'size',
    ],
    ['a pax length that lies', rawEntry({ name: 'x', type: 'x', content: '99 path=a\n' }), 'pax'],
    [
      'a pax header for nothing',
      rawEntry({ name: 'x', type: 'x', content: paxRecord('path', 'a') }),
      'middle',
    ],
    [
      'a zero byte in a pax name',
      rawEntry({ name: 'x', type: 'x', content: paxRecord('path', 'a\0b') }),
      'pax',
    ],
    [
      'a negative pax size',
      Buffer.concat([
        rawEntry({ name: 'x', type: 'x', content: paxRecord('size', '-1') }),
        rawEntry({ name: 'a' }),
      ]),
      'pax header has a size',
    ],
    [
      'a global pax path',
      rawEntry({ name: 'g', type: 'g', content: paxRecord('path', 'want/a') }),
      'global',
    ],
  ])('%s', async (_attack, bytes, message) => {
    const facts = await read(bytes);
    expect(codes(facts)).toEqual(['layer-damaged!']);
    expect(facts.problems[0]?.message).toContain(message);
    expect(facts.compressedBytes).toBe(bytes.length);
  });

  it('what came before the damage is kept', async () => {
    expect(contents(await read(tar.subarray(0, 5000)))['want/a']).toBe('A');
  });

  it('random bytes, also behind each magic, give facts', async () => {
    const magic = fc.constantFrom('', '1f8b0800', '28b52ffd', '502a4d18', '425a68');
    await fc.assert(
      fc.asyncProperty(magic, fc.uint8Array({ maxLength: 3000 }), async (hex, bytes) => {
        const facts = await read(Buffer.concat([Buffer.from(hex, 'hex'), bytes]));
        expect(facts.compressedBytes).toBe(hex.length / 2 + bytes.length);
      }),
      { numRuns: 200 },
    );
  });

  it('a tar with one byte changed gives facts', async () => {
    const small = rawTar([
      { name: 'want/a', content: 'A' },
      { name: 'x', type: 'x', content: paxRecord('path', 'want/b') },
      { name: 'c' },
    ]);
    await fc.assert(
      fc.asyncProperty(fc.nat(small.length - 1), fc.nat(255), async (at, byte) => {
        const changed = Buffer.from(small);
        changed[at] = byte;
        expect((await read(changed)).compressedBytes).toBe(small.length);
      }),
      { numRuns: 300 },
    );
  });
});

function swapLast(bytes: Buffer): Buffer {
  bytes[bytes.length - 6] = (bytes[bytes.length - 6] ?? 0) ^ 0xff;
  return bytes;
}

describe('caps are fatal problems:', () => {
  const bomb = gzipSync(Buffer.alloc(3_000_000));
  const two = gzipSync(
    rawTar([
      { name: 'want/a', content: 'abc' },
      { name: 'want/b', content: 'abc' },
    ]),
  );
  it.each<[string, Buffer, Partial<LayerLimits>, string]>([
    ['a bomb by ratio', bomb, { ratioFreeBytes: 1_000_000 }, '200 times'],
    ['bytes of tar', bomb, { uncompressedBytes: 1_000_000 }, '1000000 bytes of tar'],
    ['bytes received', gzipSync(tar), { compressedBytes: 100 }, 'more than 100 bytes'],
    ['entries', two, { entries: 1 }, 'more than 1 entries'],
    ['kept entries', two, { keptEntries: 1 }, 'more than 1 entries that'],
    ['kept names', two, { keptCharacters: 7 }, 'more than 7 characters in names'],
    ['name length', two, { pathLength: 5 }, 'more than 5 characters'],
    ['wanted bytes', two, { wantedBytes: 5 }, 'more than 5 bytes'],
  ])('%s', async (_cap, bytes, limits, message) => {
    const facts = await read(bytes, { limits, piece: 100_000 });
    expect(codes(facts)).toEqual(['layer-over-cap!']);
    expect(facts.problems[0]?.message).toContain(message);
  });

  it('a header extension of more than a mebibyte', async () => {
    const facts = await read(rawEntry({ name: 'L', type: 'L', size: 2 ** 21 }));
    expect(codes(facts)).toEqual(['layer-over-cap!']);
  });

  it.each(['x', 'g', 'L', 'K'])('many header extensions of type %s', async (type) => {
    const one = { name: 'x', type, content: paxRecord('comment', 'c'.repeat(900)) };
    const bomb = rawTar([...Array.from({ length: 50 }, () => one), { name: 'a' }]);
    expect(codes(await read(bomb, { limits: { extensionBytes: 40_000 } }))).toEqual([
      'layer-over-cap!',
    ]);
    expect(codes(await read(bomb))).toEqual([]);
  });

  it('a pax header of more than a mebibyte, before any of it is kept', async () => {
    const facts = await read(rawEntry({ name: 'x', type: 'x', size: 2 ** 33 - 1 }));
    expect(codes(facts)).toEqual(['layer-over-cap!']);
  });

  it('one wanted file: the others are still read', async () => {
    const facts = await readEntries([
      { name: 'want/a', content: big },
      { name: 'want/b', content: 'B' },
    ]);
    expect(codes(facts)).toEqual(['file-not-read!']);
    expect(contents(facts)).toEqual({ 'want/a': undefined, 'want/b': 'B' });
  });
});

describe('the source', () => {
  const options = { digest: digestOf('1'), want };

  async function* failing(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    yield bytes;
    throw new AssayError('digest-mismatch', 'other bytes');
  }

  it.each([
    ['a good layer', gzipSync(tar)],
    ['a damaged layer', gzipSync(tar).subarray(0, 60)],
    ['a layer of another kind', Buffer.from('BZh91AY&SY')],
  ])('is read to its end, so that its digest error passes through: %s', async (_fact, bytes) => {
    await expect(readLayer(failing(bytes), options)).rejects.toThrow('other bytes');
  });

  it('is released when a cap on bytes stops the reading', async () => {
    let released = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield Buffer.alloc(1000);
      } finally {
        released = true;
      }
    }
    await readLayer(endless(), { ...options, limits: { compressedBytes: 5000 } });
    expect(released).toBe(true);
  });

  it('gets the defect of an extractor thrown at, not swallowed', async () => {
    const defect = new TypeError('a defect');
    const broken: LayerReader = {
      wants: () => 1000,
      extract: () => {
        throw defect;
      },
    };
    await expect(read(gzipSync(tar), { want: broken, piece: 1_000_000 })).rejects.toBe(defect);
  });
});

describe('names', () => {
  const long = `want/${'n'.repeat(300)}`;
  it.each<[string, readonly RawEntry[], Record<string, unknown>]>([
    [
      'ustar prefix',
      [{ name: 'a', content: 'A', patch: { at: 345, bytes: Buffer.from('want') } }],
      { 'want/a': 'A' },
    ],
    [
      'pax path',
      [
        { name: 'x', type: 'x', content: paxRecord('path', long) },
        { name: 'short', content: 'A' },
      ],
      { [long]: 'A' },
    ],
    [
      'pax path holds once',
      [
        { name: 'x', type: 'x', content: paxRecord('path', 'want/a') },
        { name: 'b', content: 'A' },
        { name: 'c' },
      ],
      { 'want/a': 'A', c: undefined },
    ],
    [
      'an empty pax path changes nothing',
      [
        { name: 'x', type: 'x', content: paxRecord('path', '') },
        { name: 'want/b', content: 'A' },
      ],
      { 'want/b': 'A' },
    ],
    [
      'GNU long name',
      [
        { name: 'L', type: 'L', content: `${long}\0` },
        { name: 'short', content: 'A' },
      ],
      { [long]: 'A' },
    ],
    [
      'pax size over the header',
      [
        { name: 'x', type: 'x', content: paxRecord('size', '3') },
        { name: 'want/a', content: 'abc', size: 0 },
      ],
      { 'want/a': 'abc' },
    ],
    [
      'base-256 size',
      [
        {
          name: 'want/a',
          content: 'abc',
          patch: { at: 124, bytes: Buffer.from('800000000000000000000003', 'hex') },
        },
      ],
      { 'want/a': 'abc' },
    ],
    ['a directory by its slash', [{ name: 'want/', type: '\0' }], { want: undefined }],
    [
      'a global comment',
      [
        { name: 'g', type: 'g', content: paxRecord('comment', 'x') },
        { name: 'want/a', content: 'A' },
      ],
      { 'want/a': 'A' },
    ],
    [
      'a link whose size field lies',
      [
        { name: 'l', type: '2', link: 'x', size: 5000 },
        { name: 'want/a', content: 'A' },
      ],
      { l: undefined, 'want/a': 'A' },
    ],
  ])('%s', async (_form, entries, expected) => {
    const facts = await readEntries(entries);
    expect(facts.problems).toEqual([]);
    expect(contents(facts)).toEqual(expected);
  });

  it.each<[string, (name: Buffer) => Buffer]>([
    ['a header', (name) => rawEntry({ name: '', content: 'A', patch: { at: 0, bytes: name } })],
    [
      'a GNU long name',
      (name) =>
        Buffer.concat([
          rawEntry({ name: 'L', type: 'L', content: name }),
          rawEntry({ name: 'short', content: 'A' }),
        ]),
    ],
  ])('that are no UTF-8 stay apart: %s', async (_form, make) => {
    const [one, two] = [Buffer.from('want/\xfe', 'latin1'), Buffer.from('want/\xff', 'latin1')];
    const facts = await read(Buffer.concat([make(one), make(two), Buffer.alloc(1024)]));
    expect(contents(facts)).toEqual({ 'want/\\xfe': 'A', 'want/\\xff': 'A' });
  });

  it.each([
    ['a wanted file by traversal is fatal', '../../want/a', true],
    ['an absolute one, too', '/../want/a', true],
  ])('%s', async (_attack, name, fatal) => {
    const facts = await readEntries([{ name, content: 'evil' }]);
    expect(facts.problems).toMatchObject([{ code: 'path-outside-root', fatal }]);
    expect(facts.entries).toEqual([]);
  });

  it('another file by traversal is noted and ignored, and a flood of them told ten times', async () => {
    const keeps = (): boolean => false;
    const evil = Array.from({ length: 30 }, (_, index) => ({ name: `../etc/${index}` }));
    const facts = await readEntries(evil, { want: { ...want, keeps } });
    expect(facts.problems).toHaveLength(10);
    expect(facts.problems.every(({ fatal }) => !fatal)).toBe(true);
  });

  it.each<[string, readonly RawEntry[]]>([
    ['old GNU sparse', [{ name: 'want/a', type: 'S', content: 'x' }]],
    [
      'pax sparse under another name',
      [
        {
          name: 'x',
          type: 'x',
          content: paxRecord('GNU.sparse.major', '1') + paxRecord('GNU.sparse.name', 'want/a'),
        },
        { name: 'GNUSparseFile.0/a', content: 'x' },
      ],
    ],
  ])('a wanted file with holes is not read: %s', async (_form, entries) => {
    expect(codes(await readEntries(entries))).toEqual(['file-not-read!']);
  });

  it('old GNU sparse maps are passed over', async () => {
    const sparse = {
      name: 'sparse',
      type: 'S',
      content: '',
      size: 3,
      patch: { at: 482, bytes: Buffer.from([1]) },
    };
    const map = Buffer.alloc(512);
    const bytes = Buffer.concat([
      rawEntry(sparse),
      map,
      Buffer.from('abc'),
      Buffer.alloc(509),
      rawTar([{ name: 'want/b', content: 'B' }]),
    ]);
    const facts = await read(bytes);
    expect(facts.problems).toEqual([]);
    expect(contents(facts)).toEqual({ sparse: undefined, 'want/b': 'B' });
  });
});

describe('what is kept', () => {
  it('is what the reader names, and all links and whiteouts', async () => {
    const keeps = (path: string): boolean => path.endsWith('named');
    const facts = await readEntries(
      [
        { name: 'named', type: '5' },
        { name: 'other', type: '5' },
        { name: 'file' },
        { name: 'soft', type: '2', link: '/x' },
        { name: 'hard', type: '1', link: 'y' },
        { name: 'device', type: '3' },
        { name: 'a/.wh.gone' },
        { name: 'b/.wh..wh..opq' },
        { name: '.wh..wh..opq' },
        { name: '.wh..wh.plnk/1' },
        { name: '.wh..wh.aufs' },
        { name: '.wh...' },
        { name: '.wh.' },
      ],
      { want: { ...want, keeps } },
    );
    expect(facts.allEntries).toBeUndefined();
    expect(facts.entries.map(({ path, target }) => [path, target])).toEqual([
      ['named', undefined],
      ['soft', '/x'],
      ['hard', 'y'],
    ]);
    expect(facts.whiteouts).toEqual(['a/gone']);
    expect(facts.opaqueDirectories).toEqual(['b', '']);
    expect(codes(facts)).toEqual(['whiteout-invalid', 'whiteout-invalid']);
  });
});

describe('a file that is inspected', () => {
  const pushed: number[] = [];
  const inspecting: LayerReader = {
    wants: (path) => (path === 'want' ? 1000 : 0),
    extract: () => ({ extracted: { extractor: 'read', data: '' }, problems: [] }),
    keeps: () => false,
    inspect: ({ path, size, head }) => {
      const text = Buffer.from(head).toString();
      if (text !== 'MAGI' && text !== 'M') return undefined;
      const chunks: Buffer[] = [];
      return {
        push: (chunk) => {
          pushed.push(chunk.length);
          chunks.push(Buffer.from(chunk));
        },
        end: () => {
          const data = `${path} ${size} ${Buffer.concat(chunks).toString()}`;
          return data.includes('silent') ? undefined : { extractor: 'inspected', data };
        },
      };
    },
  };
  const EXECUTABLE = { at: 100, bytes: Buffer.from('0000755') };

  it.each([1, 3, 511, 513, 100_000])('in pieces of %i bytes', async (piece) => {
    const entries = [
      { name: 'other', content: 'x'.repeat(2000) },
      { name: 'a', content: `MAGIC ${'y'.repeat(1000)}` },
      { name: 'want', content: 'MAGIC' },
      { name: 'short', content: 'M' },
      { name: 'empty' },
      { name: 'quiet', content: 'MAGIC silent' },
      { name: 'program', content: '#!/bin/sh', patch: EXECUTABLE },
    ];
    const facts = await readEntries(entries, { want: inspecting, piece });
    expect(facts.problems).toEqual([]);
    expect(contents(facts)).toEqual({
      a: `a 1006 MAGIC ${'y'.repeat(1000)}`,
      want: '',
      short: 'short 1 M',
      program: undefined,
    });
  });

  it('is never held: what is pushed is what arrives', async () => {
    pushed.length = 0;
    const content = Buffer.alloc(10_000_000, 'MAGIC');
    await readEntries([{ name: 'a', content }], { want: inspecting, piece: 4096 });
    expect(Math.max(...pushed)).toBeLessThanOrEqual(4096 + 3);
  });

  it('and whose tar stops inside is damage', async () => {
    const cut = rawTar([{ name: 'a', content: 'MAGIC'.repeat(500) }]).subarray(0, 1500);
    expect(codes(await read(cut, { want: inspecting }))).toEqual(['layer-damaged!']);
  });

  it('and is stored with holes is not read', async () => {
    const patch = { at: 100, bytes: Buffer.from('0000755') };
    const facts = await readEntries([{ name: 'a', type: 'S', content: 'MAGIC', patch }], {
      want: inspecting,
    });
    expect(codes(facts)).toEqual(['file-not-read!']);
  });
});
