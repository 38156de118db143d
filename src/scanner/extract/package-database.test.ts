/** The package databases: case folders, damage, and bytes of any kind. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readApkInstalled } from './apk-installed.ts';
import { readDpkgStatus } from './dpkg-status.ts';
import { databaseFromJson, databaseToJson, type PackageDatabase } from './package-database.ts';

type Reader = (bytes: Uint8Array, path: string) => PackageDatabase;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function summary(database: PackageDatabase): unknown {
  return {
    packages: database.packages.map((item) =>
      [item.name, item.version, item.architecture, item.source, item.sourceVersion].join(' '),
    ),
    problems: database.problems.map(({ message }) => message),
  };
}

describe('case folders', () => {
  it.each<[string, string, Reader]>([
    ['debian-status', 'status', readDpkgStatus],
    ['debian-malformed', 'status', readDpkgStatus],
    ['distroless', 'status', readDpkgStatus],
    ['alpine-installed', 'installed', readApkInstalled],
  ])('%s', (folder, file, read) => {
    const at = new URL(`testdata/${folder}/`, import.meta.url);
    const expected: unknown = JSON.parse(readFileSync(new URL('expected.json', at), 'utf8'));
    expect(summary(read(readFileSync(new URL(file, at)), file))).toEqual(expected);
  });
});

describe.each<[string, Reader, string]>([
  ['dpkg', readDpkgStatus, 'Package: a\nVersion: 1\n'],
  ['apk', readApkInstalled, 'P:a\nV:1\n'],
])('%s', (_name, read, one) => {
  it.each([
    ['zero bytes', bytes(`${one}\0`), 'zero bytes'],
    ['binary junk', Uint8Array.from({ length: 400 }, (_, index) => 200 + (index % 50)), 'no entry'],
    ['prose', bytes('There is nothing here.\n\nNothing at all.\n'), 'no entry'],
    ['an entry without end', bytes('P:x\n'.repeat(200_002)), 'over 200000 lines'],
  ])('a database of %s is fatal', (_damage, content, message) => {
    const { packages, problems } = read(content, 'db');
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ code: 'database-damaged', fatal: true }]);
    expect(problems[0]?.message).toContain(message);
  });

  it('an empty one and one of blank lines have no packages', () => {
    for (const text of ['', '\n\n \n']) {
      expect(read(bytes(text), 'db')).toEqual({ packages: [], problems: [] });
    }
  });

  it('invalid UTF-8 is told and the package still read', () => {
    const content = Buffer.concat([bytes(one), Buffer.from('T:\xff\n', 'latin1')]);
    const { packages, problems } = read(content, 'db');
    expect(packages).toHaveLength(1);
    expect(problems).toMatchObject([{ code: 'text-not-utf8', fatal: false }]);
  });

  it('line ends of Windows are read, and a last line without any', () => {
    const text = one.trimEnd().replaceAll('\n', '\r\n');
    expect(read(bytes(text), 'db').packages).toMatchObject([{ name: 'a', version: '1' }]);
  });

  it('a flood of malformed entries is told twenty times and counted', () => {
    const { problems } = read(bytes(`${one}\n${'junk\n\n'.repeat(50)}`), 'db');
    expect(problems).toHaveLength(21);
    expect(problems.at(-1)?.message).toContain('30 more');
  });

  it('any bytes give a value that survives JSON', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom('Package: x', 'Version: 1', 'P:x', 'V:1', ''),
    );
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.array(line).map((lines) => bytes(lines.join('\n'))),
    );
    fc.assert(
      fc.property(content, (raw) => {
        const database = read(raw, 'db');
        const kept = JSON.parse(JSON.stringify(databaseToJson(database)));
        expect(databaseFromJson(kept)).toEqual(database);
      }),
    );
  });
});
