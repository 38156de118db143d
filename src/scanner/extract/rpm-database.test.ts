/** The three containers of rpm headers: as rpm writes them, damaged, hostile, and of any bytes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { realProgram } from '../../../test/support/real.ts';
import { bdbFile, ndbFile, rpmHeader, rpmPackageHeader } from '../../../test/support/rpm-files.ts';
import type { PackageDatabase } from './package-database.ts';
import { readRpmBdb } from './rpm-bdb.ts';
import { readRpmNdb } from './rpm-ndb.ts';
import { readRpmPackage } from './rpm-package.ts';
import { readRpmLog, readRpmSqlite } from './rpm-sqlite.ts';

const folder = new URL('testdata/rpm-sqlite/', import.meta.url);
const REAL = gunzipSync(readFileSync(new URL('rpmdb.sqlite.gz', folder)));

function lines(database: PackageDatabase): unknown {
  return {
    packages: database.packages.map((item) =>
      [item.name, item.version, item.architecture, item.source, item.sourceVersion].join(' '),
    ),
    problems: database.problems.map(({ message }) => message),
  };
}

/** The headers of the real database. */
function realHeaders(): Uint8Array[] {
  const database = new DatabaseSync(':memory:');
  database.deserialize(withoutLog(REAL));
  return database
    .prepare('SELECT blob FROM Packages ORDER BY hnum')
    .all()
    .map(({ blob }) => blob as Uint8Array);
}

function withoutLog(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.fill(1, 18, 20);
  return copy;
}

/** A database that these statements make. */
function sqlite(...statements: readonly string[]): Uint8Array {
  const database = new DatabaseSync(':memory:');
  for (const statement of statements) database.exec(statement);
  return database.serialize();
}

const expected: unknown = JSON.parse(readFileSync(new URL('expected.json', folder), 'utf8'));

describe('what rpm wrote', () => {
  it.each<[string, () => PackageDatabase]>([
    ['sqlite', () => readRpmSqlite(REAL, 'db')],
    ['ndb', () => readRpmNdb(ndbFile(realHeaders()), 'db')],
    ['bdb', () => readRpmBdb(bdbFile(realHeaders()), 'db')],
    ['bdb of a big-endian machine', () => readRpmBdb(bdbFile(realHeaders(), false), 'db')],
  ])('%s gives the packages that rpm -qa names, keys left out', (_form, read) => {
    expect(lines(read())).toEqual(expected);
  });

  it('has module and vendor', () => {
    const { packages } = readRpmSqlite(REAL, 'db');
    expect(packages[0]?.modularity).toBe('nodejs:18:9040020240807131341:rhel9');
    expect(packages[1]?.modularity).toBeUndefined();
    expect(packages.map(({ vendor }) => vendor)).toContain('Red Hat, Inc.');
  });

  const rpm = realProgram('rpm');
  it.skipIf(!rpm)('the Berkeley file that is made here is one to rpm, too (needs rpm)', () => {
    const root = mkdtempSync(join(tmpdir(), 'assay-rpm-'));
    try {
      mkdirSync(join(root, 'db'));
      writeFileSync(join(root, 'db/Packages'), bdbFile(realHeaders()));
      const query = ['--dbpath', join(root, 'db'), '--define', '_db_backend bdb_ro', '-qa'];
      const said = execFileSync(rpm ?? '', query, { encoding: 'utf8', stdio: 'pipe' });
      expect(said.trim().split('\n')).toHaveLength(realHeaders().length);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});

describe('packages', () => {
  const base = { 1000: 'a', 1001: '1', 1002: '2', 1022: 'x86_64' };
  it.each<[string, Parameters<typeof rpmHeader>[0], object]>([
    ['epoch 0 is none', { ...base, 1003: 0 }, { version: '1-2' }],
    ['no source is its own', base, { source: 'a', sourceVersion: '1-2' }],
    [
      'a source of another version has no epoch',
      { ...base, 1003: 4, 1044: 'perl-5.26.3-2.src.rpm' },
      { version: '4:1-2', source: 'perl', sourceVersion: '5.26.3-2' },
    ],
    [
      'a source without source files',
      { ...base, 1044: 'x-y-1-2.nosrc.rpm' },
      { source: 'x-y', sourceVersion: '1-2' },
    ],
  ])('%s', (_case, tags, wanted) => {
    expect(readRpmPackage(rpmHeader(tags))).toMatchObject({ package: wanted });
  });

  it.each<[string, Parameters<typeof rpmHeader>[0], RegExp]>([
    ['a source that is none', { ...base, 1044: 'x.rpm' }, /no valid source rpm/],
    ['no name', { 1001: '1' }, /valid name/],
    ['a name of two lines', { ...base, 1000: 'a\nb' }, /valid name/],
    ['no release', { 1000: 'a', 1001: '1' }, /no valid version/],
    ['a dash in the version', { ...base, 1001: '1-1' }, /no valid version/],
    ['an epoch that is a text', { ...base, 1003: 'x' }, /no valid version/],
  ])('%s is refused', (_case, tags, reason) => {
    const wanted: unknown = expect.stringMatching(reason);
    expect(readRpmPackage(rpmHeader(tags))).toEqual({ reason: wanted });
  });

  it('names the files of languages and programs that are its own', () => {
    const files = {
      1116: [0, 1, 0, 9],
      1117: ['tool', 'package.json', 'other', 'lost'],
      1118: ['/usr/bin/', '/usr/lib/node_modules/a/'],
    };
    expect(readRpmPackage(rpmHeader({ ...base, ...files }))).toMatchObject({
      package: { files: ['usr/bin/tool', 'usr/lib/node_modules/a/package.json', 'usr/bin/other'] },
    });
    expect(readRpmPackage(rpmHeader({ ...base, 1117: ['x'] }))).not.toHaveProperty('package.files');
  });

  it('a key is no package', () => {
    expect(readRpmPackage(rpmHeader({ 1000: 'gpg-pubkey', 1001: 'x' }))).toEqual({});
  });

  it('a header that claims more than it has is refused', () => {
    const header = rpmPackageHeader('a', '1', '2');
    for (const at of [0, 4]) {
      const wrong = Buffer.from(header);
      wrong.writeUInt32BE(0x7fffffff, at);
      expect(readRpmPackage(wrong)).toHaveProperty('reason');
    }
    expect(readRpmPackage(header.subarray(0, 40))).toHaveProperty('reason');
    const far = Buffer.from(header);
    far.writeUInt32BE(0xfffffff0, 16);
    expect(readRpmPackage(far)).toHaveProperty('reason');
  });
});

describe('hostile SQLite', () => {
  const endless = 'WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n)';
  it.each<[string, Uint8Array]>([
    ['a view without end', sqlite(`CREATE VIEW Packages AS ${endless} SELECT x AS blob FROM n`)],
    [
      'a view of a table',
      sqlite('CREATE TABLE t (blob)', 'CREATE VIEW Packages AS SELECT * FROM t'),
    ],
    [
      'a computed column',
      sqlite('CREATE TABLE Packages (a, blob AS (zeroblob(a)))', 'INSERT INTO Packages VALUES (9)'),
    ],
    ['a full text table', sqlite('CREATE VIRTUAL TABLE Packages USING fts5(blob)')],
    [
      'a text for a blob',
      sqlite('CREATE TABLE Packages (blob)', "INSERT INTO Packages VALUES ('')"),
    ],
    ['no such table', sqlite('CREATE TABLE Other (blob)')],
  ])('%s is damage', (_case, bytes) => {
    const { packages, problems } = readRpmSqlite(bytes, 'db');
    expect(packages).toEqual([]);
    expect(problems).toMatchObject([{ code: 'database-damaged', fatal: true }]);
  });

  it('a file that is cut keeps what was read and says so', () => {
    const { problems } = readRpmSqlite(REAL.subarray(0, REAL.length / 2), 'db');
    expect(problems).toMatchObject([{ code: 'database-damaged', fatal: true }]);
  });
});

describe('hostile ndb and bdb', () => {
  const headers = [rpmPackageHeader('a', '1', '2'), rpmPackageHeader('b', '1', '2')];

  it.each<[string, (file: Buffer) => void, RegExp]>([
    ['another magic', (file) => file.writeUInt32LE(1, 0), /no rpm ndb/],
    ['a later version', (file) => file.writeUInt32LE(9, 4), /version 9/],
    ['slots without end', (file) => file.writeUInt32LE(0xffffffff, 12), /beyond its end/],
    ['a slot without its mark', (file) => file.writeUInt32LE(1, 48), /no slot at byte 48/],
    ['a blob elsewhere', (file) => file.writeUInt32LE(0xffff, 40), /package 1 is damaged/],
    ['a blob of another', (file) => file.writeUInt32LE(7, 4096 + 4), /package 1 is damaged/],
  ])('ndb: %s', (_case, change, message) => {
    const file = ndbFile(headers);
    change(file);
    const { problems } = readRpmNdb(file, 'db');
    expect(problems[0]).toMatchObject({ fatal: true, message: expect.stringMatching(message) });
  });

  it('ndb: slots of one blob are not many packages', () => {
    const file = ndbFile([rpmPackageHeader('a', '1', '2')]);
    for (let at = 48; at < 4096; at += 16) file.copy(file, at, 32, 48);
    const { packages, problems } = readRpmNdb(file, 'db');
    expect(packages.length).toBeLessThan(60);
    expect(problems[0]?.message).toMatch(/over each other/);
  });

  it.each<[string, (file: Buffer) => void, RegExp]>([
    ['another magic', (file) => file.writeUInt32LE(1, 12), /no Berkeley hash/],
    ['pages of 500 bytes', (file) => file.writeUInt32LE(500, 20), /pages of 500/],
    ['more pages than bytes', (file) => file.writeUInt32LE(99, 32), /before its last page/],
    ['encryption', (file) => file.writeUInt8(1, 24), /encrypted/],
    ['a page of too many entries', (file) => file.writeUInt16LE(999, 1024 + 20), /999 entries/],
    ['a chain in a ring', (file) => ring(file), /more than once/],
    ['a chain out of the file', (file) => file.writeUInt32LE(500, 1536 + 16), /damaged/],
    ['an overflow page of another kind', (file) => file.writeUInt8(13, 1536 + 25), /damaged/],
  ])('bdb: %s', (_case, change, message) => {
    const large = rpmHeader({ 1000: 'a', 1001: '1', 1002: '2', 1004: 'x'.repeat(2000) });
    const file = bdbFile([large]);
    change(file);
    const { problems } = readRpmBdb(file, 'db');
    expect(problems[0]).toMatchObject({ fatal: true, message: expect.stringMatching(message) });
  });

  /** The first overflow page leads to itself, and the value is as long as a number can say. */
  function ring(file: Buffer): void {
    file.writeUInt32LE(3, 1536 + 16);
    const item = 1024 + file.readUInt16LE(1024 + 26 + 3 * 2);
    file.writeUInt32LE(0xffffffff, item + 8);
  }

  it('bdb: small headers may lie on the page itself', () => {
    const file = bdbFile([]);
    const header = rpmPackageHeader('a', '1', '2');
    const at = 1024 + 502 - header.length - 1 - 5;
    file.writeUInt16LE(4, 1024 + 20);
    file.writeUInt16LE(at - 1024 + header.length + 1, 1024 + 26 + 4);
    file.writeUInt16LE(at - 1024, 1024 + 26 + 6);
    file.writeUInt8(1, at);
    header.copy(file, at + 1);
    expect(readRpmBdb(file, 'db')).toMatchObject({ packages: [{ name: 'a' }], problems: [] });
  });
});

describe('logs beside the database', () => {
  it.each([
    ['', false],
    ['0000000000000000', false],
    ['377f068200000000', true],
    ['377f0683', true],
    ['d9d505f920a163d7', true],
  ])('%s: %s', (hex, told) => {
    const { packages, problems } = readRpmLog(Buffer.from(hex, 'hex'), 'db-wal');
    expect(packages).toEqual([]);
    expect(problems.map(({ fatal }) => fatal)).toEqual(told ? [true] : []);
  });
});

describe.each<[string, (bytes: Uint8Array, path: string) => PackageDatabase, () => Uint8Array]>([
  ['sqlite', readRpmSqlite, () => sqlite('CREATE TABLE Packages (blob)')],
  ['ndb', readRpmNdb, () => ndbFile([rpmPackageHeader('a', '1', '2')])],
  ['bdb', readRpmBdb, () => bdbFile([rpmPackageHeader('a', '1', '2')])],
])('%s', (_form, read, whole) => {
  it('never throws, whatever bytes are changed or missing', () => {
    const file = whole();
    const change = fc.array(fc.tuple(fc.nat({ max: file.length - 1 }), fc.nat({ max: 255 })));
    fc.assert(
      fc.property(change, fc.nat({ max: file.length }), (changes, length) => {
        const bytes = Uint8Array.from(file);
        for (const [at, value] of changes) bytes[at] = value;
        const { packages, problems } = read(bytes.subarray(0, length), 'db');
        expect(packages.length + problems.length).toBeLessThan(100);
      }),
    );
  });

  it('never throws on any bytes; nothing is said only of an empty database', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1000 }), (bytes) => {
        expect(read(bytes, 'db').problems).not.toEqual([]);
      }),
    );
  });
});
