/**
 * The case folders of languages: each has a file and an `expected.json` that says where in an image
 * it lies, which reader takes it, and what it gives. And for all rows of all tables: any bytes.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findLanguageFile, LANGUAGE_FAMILIES } from './find-language-file.ts';
import { databaseFromJson, databaseToJson, type PackageDatabase } from './package-database.ts';

const TESTDATA = new URL('testdata/', import.meta.url);

interface Case {
  readonly path: string;
  readonly extractor: string;
  readonly packages: readonly string[];
  /** Messages; fatal ones begin with `fatal: `. */
  readonly problems: readonly string[];
}

function readCase(folder: string): Case | undefined {
  const file = new URL(`${folder}/expected.json`, TESTDATA);
  if (!existsSync(file)) return undefined;
  const value = JSON.parse(readFileSync(file, 'utf8')) as Partial<Case>;
  return value.path === undefined ? undefined : (value as Case);
}

const CASES = readdirSync(TESTDATA).flatMap((folder): (readonly [string, Case])[] => {
  const found = readCase(folder);
  return found === undefined ? [] : [[folder, found]];
});

function summary({ packages, problems }: PackageDatabase): Pick<Case, 'packages' | 'problems'> {
  return {
    packages: packages.map(({ name, version }) => `${name} ${version}`),
    problems: problems.map(({ fatal, message }) => (fatal ? `fatal: ${message}` : message)),
  };
}

it('the case folders are found', () => {
  expect(CASES.length).toBeGreaterThan(20);
});

it.each(CASES)('case %s', (folder, { path, extractor, packages, problems }) => {
  const row = findLanguageFile(path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  expect(row?.name).toBe(extractor);
  const bytes = readFileSync(new URL(`${folder}/${name}`, TESTDATA));
  const database = row?.read(bytes, path) ?? { packages: [], problems: [] };
  expect(summary(database)).toEqual({ packages, problems });
});

/** What the files of languages are made of, so that random ones come far into their readers. */
const FRAGMENTS = [
  '{ } [ ] , : " \' \\ # /* */ // = == ( ) @ - ; ? ! & | * . / \t',
  '"name" "version" "packages" "dependencies" "1.0.0" "a" "__proto__" "link" true null 1e999',
  'name: version: packages: lockfileVersion: 1.0 [[package]] a^1,b@2: /a/1.0.0: /a@1: GEM specs:',
  'Name: Version: -r -e git+https://h/x.git#egg=a a[b] a==1 s.name= %q{ Gem::Version.new( npm:a@1',
]
  .flatMap((line) => line.split(' '))
  .concat('\n', '\r\n', ' ', '  ', '    ', '  version "1.0"', '    a (1.0)', '# stub: a 1 ruby ');

describe.each(LANGUAGE_FAMILIES.flat().map((row) => [row.name, row] as const))('%s', (_, row) => {
  it('any bytes give a value that survives JSON', () => {
    const text = fc
      .array(fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...FRAGMENTS) }, fc.string()))
      .map((parts) => new TextEncoder().encode(parts.join('')));
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 300 }), text, fc.json().map(encode)),
        (raw) => {
          const database = row.read(raw, 'a/b');
          const kept = JSON.parse(JSON.stringify(databaseToJson(database)));
          expect(databaseFromJson(kept)).toEqual(database);
        },
      ),
    );
  });
});

describe('a flood of one thing', () => {
  const rows = LANGUAGE_FAMILIES.flat();
  it.each(FRAGMENTS.map((part) => [part] as const))('%j is read in no time', (part) => {
    for (const [before, after] of [
      ['', ''],
      ['[', ']'],
      ['"', '\n'],
      ['a@1:\n  version ', ''],
    ]) {
      const flood = encode(`${before}${part.repeat(60_000 / part.length)}${after}`);
      for (const row of rows) {
        const start = performance.now();
        row.read(flood, 'a/b');
        expect(performance.now() - start).toBeLessThan(2000);
      }
    }
  });
});

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
