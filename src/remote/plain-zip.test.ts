/** Directories of zips in memory: what is plain is read, all else is left to the larger reader. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeZip } from '../../test/support/make-zip.ts';
import { plainEntries } from './plain-zip.ts';

const zip = makeZip([
  { name: 'a.json', text: '{"a":1}' },
  { name: 'b.json', text: '{"b":2}', method: 0, flags: 1 },
]);

it('a plain archive is read with all that its directory says', () => {
  expect(plainEntries(zip)).toMatchObject([
    { name: 'a.json', encrypted: false, compressionMethod: 8, uncompressedSize: 7 },
    { name: 'b.json', encrypted: true, compressionMethod: 0, compressedSize: 7 },
  ]);
  const start = Number(plainEntries(zip)?.[1]?.start());
  expect(zip.toString('utf8', start, start + 7)).toBe('{"b":2}');
});

it.each<[string, Buffer]>([
  ['nothing', Buffer.alloc(0)],
  ['text', Buffer.from('hello, this is no archive at all')],
  ['a cut archive', zip.subarray(0, -4)],
  ['an archive with a comment', Buffer.concat([zip, Buffer.from('x')])],
  ['an archive behind a program', Buffer.concat([Buffer.from('#!/bin/sh\n'), zip])],
])('%s is left to the larger reader', (_fact, bytes) => {
  expect(plainEntries(bytes)).toBeUndefined();
});

it('changed bytes are read or left, never an error', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(zip.length - 1), fc.nat(255))), (changes) => {
      const bytes = Buffer.from(zip);
      for (const [at, value] of changes) bytes[at] = value;
      expect(() => plainEntries(bytes)?.map((entry) => entry.start())).not.toThrow();
    }),
  );
});
