/** Long lines: no reader of these families spends more than linear time, or gives a package. */
import { describe, expect, it } from 'vitest';
import { COMPILED_FILES } from './compiled-files.ts';
import { DOTNET_FILES } from './dotnet-files.ts';
import { JAVA_FILES } from './java-files.ts';
import { OTHER_FILES } from './other-files.ts';

const ROWS = [...COMPILED_FILES, ...JAVA_FILES, ...DOTNET_FILES, ...OTHER_FILES];
const PIECES = ['[', '{"', '(', '"', ' ', '\n', '\t\n', '<a ', '<', '<!--', '&', '%{', 'a: ', '- '];
const MORE = ['a', 'a-', '${', '{:hex,', '{pkg,', '{{', '? ', '>', '1', '*', '&a ', "'", '#', ','];

describe.each(ROWS.map((row) => [row.name, row] as const))('%s', (_name, row) => {
  it.each([...PIECES, ...MORE])('a mebibyte of %j', (piece) => {
    const bytes = new TextEncoder().encode(piece.repeat(2 ** 20 / piece.length));
    expect(row.read(bytes, 'a/file').packages).toEqual([]);
  });
});
