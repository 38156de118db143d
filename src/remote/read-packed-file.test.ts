/** Documents as they stand, compressed and in tars; what is foreign, damaged or too large. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { TAR_END, formatTarHeader, tarPadding } from './format-tar-header.ts';
import { type PackedReading, readPackedFile } from './read-packed-file.ts';

const LIMITS = { entries: 100, documentBytes: 100_000, totalBytes: 1_000_000 };
const READING: PackedReading = { limits: LIMITS, wants: (name) => name.endsWith('.json') };

async function read(
  name: string,
  bytes: Uint8Array,
  reading: Partial<PackedReading> = {},
): Promise<readonly (readonly [string, string])[]> {
  const path = join(await mkdtemp(join(tmpdir(), 'assay-packed-')), name);
  await writeFile(path, bytes);
  const found: (readonly [string, string])[] = [];
  for await (const one of readPackedFile(path, { ...READING, ...reading })) {
    found.push([one.name, Buffer.from(one.bytes).toString()]);
  }
  return found;
}

function makeTar(files: readonly { readonly name: string; readonly content: string }[]): Buffer {
  const blocks = files.flatMap(({ name, content }) => {
    const size = Buffer.byteLength(content);
    const header = formatTarHeader({ name, type: 'file', mode: 0o644, size });
    return [header, Buffer.from(content), tarPadding(size)];
  });
  return Buffer.concat([...blocks, TAR_END]);
}

const TEXT = Buffer.from('{"a":1}');
const TAR = makeTar([
  { name: '2024/a.json', content: '{"a":1}' },
  { name: 'README.md', content: 'not wanted' },
  { name: '2025/b.json', content: '{"b":2}' },
]);

describe('what is read', () => {
  const both = [
    ['2024/a.json', '{"a":1}'],
    ['2025/b.json', '{"b":2}'],
  ];
  it.each([
    ['a document', 'a.json', TEXT, [['a.json', '{"a":1}']]],
    ['one compressed by gzip', 'a.json.gz', gzipSync(TEXT), [['a.json', '{"a":1}']]],
    ['one compressed by zstd', 'a.json.zst', zstdCompressSync(TEXT), [['a.json', '{"a":1}']]],
    ['a tar', 'a.tar', TAR, both],
    ['a tar compressed by gzip', 'a.tar.gz', gzipSync(TAR), both],
    ['a tar compressed by zstd', 'a.tar.zst', zstdCompressSync(TAR), both],
    ['an empty file', 'a.json', Buffer.alloc(0), [['a.json', '']]],
  ])('%s', async (_, name, bytes, wanted) => {
    expect(await read(name, bytes)).toEqual(wanted);
  });

  it.each([
    ['a document', TEXT],
    ['a compressed one', gzipSync(Buffer.concat([TEXT, Buffer.alloc(200_000)]))],
  ])('the first bytes of %s', async (_, bytes) => {
    const limits = { ...LIMITS, documentBytes: 2 ** 20 };
    expect(await read('a', bytes, { first: 3, limits })).toEqual([['a', '{"a']]);
  });
});

describe('refused by the name of the file', () => {
  const bomb = gzipSync(Buffer.alloc(500_000));
  it.each([
    ['bzip2, with the command', Buffer.from('BZh91AY&SY'), 'unsupported', 'bunzip2 -k'],
    ['xz, with the command', Buffer.from('fd377a585a0000', 'hex'), 'unsupported', 'xz -dk'],
    ['a damaged gzip', gzipSync(TEXT).subarray(0, 15), 'invalid-advisory', 'download it again'],
    ['a tar that ends early', TAR.subarray(0, 700), 'invalid-advisory', 'download it again'],
    ['attack: what inflates without measure', bomb, 'too-large', '100000 bytes'],
    [
      'attack: a large file in a tar',
      makeTar([{ name: 'a.json', content: 'x'.repeat(100_001) }]),
      'too-large',
      'in one file',
    ],
    [
      'attack: many files in a tar',
      makeTar(Array.from({ length: 101 }, (_, at) => ({ name: `${at}.md`, content: '' }))),
      'too-large',
      '100 files',
    ],
  ])('%s', async (_, bytes, code, named) => {
    const error: unknown = await read('some-file', bytes).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain('some-file');
    expect(String(error)).toContain(named);
  });
});
