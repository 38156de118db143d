/** The files of Go, Rust and the like: case folders, and bytes of any kind. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMPILED_FILES } from './compiled-files.ts';
import { findIndexed, indexLanguageFiles } from './find-language-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { databaseFromJson, databaseToJson } from './package-database.ts';

const ROWS = COMPILED_FILES;
const INDEX = indexLanguageFiles([ROWS]);

function summary({ packages, problems }: PackageDatabase): unknown {
  return {
    packages: packages.map(({ name, version }) => `${name} ${version}`),
    problems: problems.map(({ message, fatal }) => (fatal ? `fatal: ${message}` : message)),
  };
}

/** The path tells the kind. */
describe('case folders', () => {
  it.each([
    ['go-mod', 'go.mod'],
    ['go-mod-damaged', 'go.mod'],
    ['go-sum', 'go.sum'],
    ['cargo-lock-v1', 'Cargo.lock'],
    ['cargo-lock-v4', 'Cargo.lock'],
    ['cargo-lock-damaged', 'Cargo.lock'],
    ['cargo-lock-prose', 'Cargo.lock'],
  ])('%s', (folder, path) => {
    const at = new URL(`testdata/${folder}/`, import.meta.url);
    const row = findIndexed(INDEX, path);
    const name = path.slice(path.lastIndexOf('/') + 1);
    const expected: unknown = JSON.parse(readFileSync(new URL('expected.json', at), 'utf8'));
    const found = row?.read(readFileSync(new URL(name, at)), path);
    expect(found && summary(found)).toEqual(expected);
  });
});

describe.each(ROWS.map((row) => [row.name, row] as const))('%s', (_name, row) => {
  it('is declared or installed, with a cap and a type', () => {
    expect(row.type).not.toBe('');
    expect(row.cap > 0 || (row.names === undefined && row.endings === undefined)).toBe(true);
  });

  it('any bytes give a value that survives JSON', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), anyText()), (raw) => {
        const database = row.read(raw, 'a/file');
        const kept = databaseFromJson(JSON.parse(JSON.stringify(databaseToJson(database))));
        expect(kept.packages).toEqual(database.packages);
        expect(kept.problems).toEqual(database.problems);
      }),
    );
  });

  it('a file of one mebibyte of one line ends', () => {
    for (const piece of ['[', '{"', '(', '"', ' ', '<a ', '%{', 'a: ']) {
      const bytes = new TextEncoder().encode(piece.repeat(2 ** 20 / piece.length));
      expect(row.read(bytes, 'a/file').packages).toEqual([]);
    }
  });
});

function anyText(): fc.Arbitrary<Uint8Array> {
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom('require', 'replace', '=>', '(', ')', '\n', '[[package]]\n', 'name = "a"\n'),
    fc.constantFrom('{"packages":', '[', ']', '{', '}', ':', ',', '"', "'", '<a>', '</a>', '%{'),
    fc.constantFrom('__proto__', 'constructor', '\t', '  ', '- ', 'packages:\n', '1.0'),
  );
  return fc.array(word).map((words) => new TextEncoder().encode(words.join('')));
}
