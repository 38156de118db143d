/** Which paths are files of languages. */
import { expect, it } from 'vitest';
import {
  findIndexed,
  findLanguageFile,
  indexLanguageFiles,
  LANGUAGE_FAMILIES,
} from './find-language-file.ts';
import type { LanguageFile } from './language-file.ts';

const row: LanguageFile = {
  name: 'x',
  type: 'x',
  origin: 'installed',
  cap: 1,
  read: () => ({ packages: [], problems: [] }),
};

const INDEX = indexLanguageFiles([
  [
    { ...row, name: 'jar', endings: ['.jar', '.war'] },
    { ...row, name: 'deps', endings: ['.deps.json'] },
  ],
  [
    { ...row, name: 'record', names: ['RECORD'], when: (path) => path.startsWith('a/') },
    { ...row, name: 'other-record', names: ['RECORD'] },
    { ...row, name: 'meta', endings: ['.json'], when: (path) => path.includes('meta/') },
  ],
]);

it.each([
  ['opt/app.jar', 'jar'],
  ['.war', 'jar'],
  ['opt/app.jar/x', undefined],
  ['app.JAR', undefined],
  ['a/x.deps.json', 'deps'],
  ['meta/x.deps.json', 'deps'],
  ['meta/x.json', 'meta'],
  ['a/x.json', undefined],
  ['a/RECORD', 'record'],
  ['b/RECORD', 'other-record'],
  ['b/xRECORD', undefined],
  ['constructor', undefined],
  ['', undefined],
])('%j is of the kind %s', (path, kind) => {
  expect(findIndexed(INDEX, path)?.name).toBe(kind);
});

it.each([
  ['app/node_modules/a/package.json', 'npm-package'],
  ['node_modules/@b/c/package.json', 'npm-package'],
  ['node_modules/a/lib/package.json', undefined],
  ['package.json', undefined],
  ['src/package-lock.json', 'npm-package-lock'],
  ['node_modules/a/package-lock.json', undefined],
])('of JavaScript, %j is of the kind %s', (path, kind) => {
  expect(findLanguageFile(path)?.name).toBe(kind);
});

it('one type of packages has one ecosystem, or none, whatever file names them', () => {
  const rows = LANGUAGE_FAMILIES.flat();
  const odd = [...Map.groupBy(rows, ({ type }) => type)].filter(
    ([, of]) => new Set(of.map(({ ecosystem }) => ecosystem)).size > 1,
  );
  expect(odd.map(([type]) => type)).toEqual([]);
});
