/** Executables, made here byte by byte: of Go before and since 1.18, of Rust, and of neither. */
import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inspectExecutable, readExecutable } from './executable-inspector.ts';
import type { PackageDatabase } from './package-database.ts';

const START = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
const END = Buffer.from('f932433186182072008242104116d8f2', 'hex');
const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');

const LINES = [
  'path\texample.com/app/cmd',
  'mod\texample.com/app\t(devel)\t',
  'dep\tgithub.com/a/b\tv1.2.3\th1:x=',
  'dep\tgithub.com/old/one\tv1.0.0\th1:x=',
  '=>\tgithub.com/new/one\tv1.0.1\th1:x=',
  'dep\tgithub.com/in/folder\tv1.0.0',
  '=>\t./folder\t(devel)\t',
  'build\t-compiler=gc',
  '',
].join('\n');

const PACKAGES = [
  'example.com/app (devel)',
  'github.com/a/b 1.2.3',
  'github.com/new/one 1.0.1',
  'github.com/in/folder (devel)',
];

const MARKED = Buffer.concat([START, Buffer.from(LINES), END]);

/** Where the two parts lie in the file, and in memory from the base on. */
const TEXT = 0x8000;
const DATA = 0xa000;
const BASE = 0x400000;

/** Constants at TEXT, data at DATA, after the header of a format. */
function file(header: Buffer, constants: Buffer, data: Buffer): Buffer {
  const bytes = Buffer.alloc(DATA + data.length + 100);
  header.copy(bytes);
  constants.copy(bytes, TEXT);
  data.copy(bytes, DATA);
  return bytes;
}

function elf(): Buffer {
  const header = Buffer.alloc(0x200);
  header.write('7f454c46020101', 'hex');
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(56, 54);
  header.writeUInt16LE(2, 56);
  for (const [index, offset] of [TEXT, DATA].entries()) {
    const at = 64 + 56 * index;
    header.writeUInt32LE(1, at);
    header.writeUInt32LE(4, at + 4);
    header.writeBigUInt64LE(BigInt(offset), at + 8);
    header.writeBigUInt64LE(BigInt(BASE + offset), at + 16);
    header.writeBigUInt64LE(0x2000n, at + 32);
  }
  header.write('Go\0\0id', 0x1f0, 'latin1');
  return header;
}

function elf32(): Buffer {
  const header = Buffer.alloc(0x200);
  header.write('7f454c46010201', 'hex');
  header.writeUInt32BE(52, 28);
  header.writeUInt16BE(32, 42);
  header.writeUInt16BE(2, 44);
  for (const [index, offset] of [TEXT, DATA].entries()) {
    const at = 52 + 32 * index;
    header.writeUInt32BE(1, at);
    header.writeUInt32BE(offset, at + 4);
    header.writeUInt32BE(BASE + offset, at + 8);
    header.writeUInt32BE(0x2000, at + 16);
    header.writeUInt32BE(4, at + 24);
  }
  header.write('Go\0\0id', 0x1f0, 'latin1');
  return header;
}

function pe(): Buffer {
  const header = Buffer.alloc(0x400);
  header.write('MZ');
  header.writeUInt32LE(0x80, 60);
  header.write('PE\0\0', 0x80, 'latin1');
  header.writeUInt16LE(2, 0x86);
  header.writeUInt16LE(240, 0x94);
  header.writeUInt16LE(0x20b, 0x98);
  header.writeBigUInt64LE(BigInt(BASE), 0x98 + 24);
  for (const [index, offset] of [TEXT, DATA].entries()) {
    const at = 0x98 + 240 + 40 * index;
    header.writeUInt32LE(offset, at + 12);
    header.writeUInt32LE(0x2000, at + 16);
    header.writeUInt32LE(offset, at + 20);
  }
  header.write('\xff Go build ID: "x"', 0x380, 'latin1');
  return header;
}

function machO(): Buffer {
  const header = Buffer.alloc(0x400);
  header.writeUInt32LE(0xfeedfacf);
  header.writeUInt32LE(2, 16);
  for (const [index, offset] of [TEXT, DATA].entries()) {
    const at = 32 + 72 * index;
    header.writeUInt32LE(0x19, at);
    header.writeUInt32LE(72, at + 4);
    header.writeBigUInt64LE(BigInt(BASE + offset), at + 24);
    header.writeBigUInt64LE(0x2000n, at + 32);
    header.writeBigUInt64LE(BigInt(offset), at + 40);
    header.writeBigUInt64LE(0x2000n, at + 48);
  }
  header.write('\xff Go build ID: "x"', 0x380, 'latin1');
  return header;
}

function varint(value: number): Buffer {
  return value < 128 ? Buffer.of(value) : Buffer.of((value & 127) | 128, value >> 7);
}

function inline(release: string, lines: Buffer = MARKED): Buffer {
  const head = Buffer.concat([MAGIC, Buffer.of(8, 2), Buffer.alloc(16)]);
  const text = Buffer.from(release);
  return Buffer.concat([head, varint(text.length), text, varint(lines.length), lines]);
}

/** Constants with the release between other texts, and data with the header and the pointers. */
function pointers(size: 4 | 8, big = false): { constants: Buffer; data: Buffer } {
  const before = Buffer.from('go1.4 was long ago');
  const constants = Buffer.concat([before, Buffer.from('go1.16.5go1.99'), MARKED]);
  const word = (value: number): Buffer => {
    const bytes = Buffer.alloc(8);
    if (big) bytes.writeUIntBE(value, size - 6 < 0 ? 0 : 2, size - 6 < 0 ? 4 : 6);
    else bytes.writeUIntLE(value, 0, 6);
    return bytes.subarray(0, size);
  };
  const text = BASE + DATA + 64;
  const head = Buffer.concat([MAGIC, Buffer.of(size, big ? 1 : 0), word(text), word(text + 16)]);
  const data = Buffer.concat([head, Buffer.alloc(64 - head.length)]);
  const pointer = [word(BASE + TEXT + before.length), word('go1.16.5'.length)];
  return { constants, data: Buffer.concat([data, ...pointer, Buffer.alloc(64)]) };
}

function inspect(bytes: Buffer, chunk: number): PackageDatabase | undefined {
  const inspector = inspectExecutable({
    path: 'bin/app',
    size: bytes.length,
    head: bytes.subarray(0, 4),
  });
  for (let at = 0; at < bytes.length; at += chunk) {
    // The bytes are gone after the call.
    const copy = Buffer.from(bytes.subarray(at, at + chunk));
    inspector?.push(copy);
    copy.fill(0);
  }
  return inspector?.end();
}

function names(database: PackageDatabase | undefined): string[] | undefined {
  return database?.packages.map(({ name, version }) => `${name} ${version}`);
}

const CRATES = {
  packages: [
    { name: 'app', version: '0.1.0', source: 'local', root: true, dependencies: [1] },
    { name: 'smallvec', version: '1.6.0', source: 'crates.io' },
    { name: 'cc', version: '1.0.0', source: 'crates.io', kind: 'build' },
  ],
};

describe.each([1, 37, 4096, 65536, 10_000_000])('in chunks of %i', (chunk) => {
  it.each([
    ['ELF', elf()],
    ['PE', pe()],
    ['Mach-O', machO()],
  ])('Go since 1.18 in %s', (_format, header) => {
    const bytes = file(header, MARKED, inline('go1.21.5 X:boringcrypto'));
    const found = inspect(bytes, chunk);
    expect(names(found)).toEqual([...PACKAGES, 'stdlib 1.21.5']);
    expect(found).toMatchObject({ problems: [], language: 'go-executable' });
  });

  it.each([
    ['ELF', elf(), pointers(8)],
    ['ELF of 32 bits, big end first', elf32(), pointers(4, true)],
    ['PE', pe(), pointers(8)],
    ['Mach-O', machO(), pointers(8)],
  ])('Go before 1.18 in %s', (_format, header, { constants, data }) => {
    const found = inspect(file(header, constants, data), chunk);
    expect(names(found)).toEqual([...PACKAGES, 'stdlib 1.16.5']);
    expect(found?.problems).toEqual([]);
  });

  it('Rust, whatever else looks compressed', () => {
    const decoys = [deflateSync('nothing'), deflateSync('{"a":1}'), Buffer.from('78da', 'hex')];
    const data = deflateSync(JSON.stringify(CRATES), { level: 9 });
    const bytes = file(elf(), Buffer.concat([...decoys, data]), Buffer.from('the end'));
    const found = inspect(bytes, chunk);
    expect(names(found)).toEqual(['app 0.1.0', 'smallvec 1.6.0']);
    expect(found).toMatchObject({ problems: [], language: 'rust-executable' });
  });
});

it('Rust from a linker that puts constants and code into one segment', () => {
  const header = elf();
  header.writeUInt32LE(5, 64 + 4);
  header.writeBigUInt64LE(0n, 64 + 8);
  header.writeBigUInt64LE(BigInt(DATA), 64 + 32);
  const data = deflateSync(JSON.stringify(CRATES), { level: 9 });
  const found = inspect(file(header, data, Buffer.from('the end')), 65536);
  expect(names(found)).toEqual(['app 0.1.0', 'smallvec 1.6.0']);
});

it('Rust with more crates than the first pieces hold', () => {
  const packages = Array.from({ length: 20_000 }, (_, index) => ({
    name: `crate-${(index * 2_654_435_761) % 4_294_967_296}`,
    version: `1.${index}.0`,
    source: 'crates.io',
  }));
  const data = deflateSync(JSON.stringify({ packages, format: 1 }), { level: 9 });
  expect(data.length).toBeGreaterThan(64 * 1024);
  const found = inspect(Buffer.concat([elf(), data, Buffer.alloc(100)]), 65536);
  expect(found?.packages).toHaveLength(20_000);
});

describe('what is not whole', () => {
  it('the magic alone, as the Go tools have it among their texts, is no build info', () => {
    const text = Buffer.concat([
      MAGIC,
      Buffer.from(' and other texts of the program, of any kind'),
    ]);
    expect(names(inspect(file(elf(), text, inline('go1.22.0')), 4096))).toContain('stdlib 1.22.0');
  });

  it('a header that points nowhere leaves the release untold, which is fatal', () => {
    const { constants, data } = pointers(8);
    data.fill(0xff, 16, 32);
    const found = inspect(file(elf(), constants, data), 4096);
    expect(names(found)).toEqual(PACKAGES);
    expect(found?.problems).toMatchObject([{ fatal: true, code: 'package-malformed' }]);
  });

  it('module lines without end are not waited for', () => {
    const bytes = Buffer.concat([elf(), START, Buffer.alloc(20 * 1024 * 1024, 'dep\t')]);
    expect(inspect(bytes, 65536)).toBeUndefined();
  });

  it('a release under development is no version of the standard library', () => {
    const found = inspect(file(elf(), MARKED, inline('devel go1.23-abc Mon')), 4096);
    expect(names(found)).toEqual(PACKAGES);
    expect(found?.problems).toEqual([]);
  });

  it('built without modules, only the standard library is known', () => {
    const found = inspect(file(elf(), Buffer.alloc(0), inline('go1.19.8', Buffer.alloc(0))), 4096);
    expect(names(found)).toEqual(['stdlib 1.19.8']);
  });
});

it.each([
  ['text', '#!/bin/sh\n'],
  ['nothing', ''],
  ['an archive', 'PK\u0003\u0004'],
])('%s is not watched', (_kind, text) => {
  const head = Buffer.from(text).subarray(0, 4);
  expect(inspectExecutable({ path: 'x', size: text.length, head })).toBeUndefined();
});

it('executables of any bytes end with a database or nothing', () => {
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc.constantFrom<Uint8Array>(START, END, MAGIC, inline('go1.20'), deflateSync('{"packages":[')),
    fc.constantFrom<Uint8Array>(Buffer.from('dep\ta\tv1\n'), Buffer.from([0x78, 0xda, 5, 0xc0])),
  );
  const head = fc.constantFrom(elf(), elf32(), pe(), machO(), Buffer.from('cafebabe', 'hex'));
  fc.assert(
    fc.property(head, fc.array(piece), fc.integer({ min: 1, max: 300 }), (start, parts, chunk) => {
      const bytes = Buffer.concat([start, ...parts]);
      expect(inspect(bytes, chunk) ?? { packages: [], problems: [] }).toEqual(
        readExecutable(bytes, 'bin/app'),
      );
    }),
  );
});

it('headers of any bytes are no obstacle', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(elf(), pe(), machO()),
      fc.uint8Array({ maxLength: 300 }),
      (a, b) => {
        const bytes = file(a, MARKED, inline('go1.21.0'));
        Buffer.from(b).copy(bytes, 4);
        expect(names(readExecutable(bytes, 'x'))).toContain('stdlib 1.21.0');
      },
    ),
  );
});
