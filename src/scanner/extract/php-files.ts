/** The files that speak of PHP packages. */
import { readComposerInstalled, readComposerLock } from './composer-packages.ts';
import type { LanguageFile } from './language-file.ts';
import { readPearPackage, readPeclPackage } from './pear-package.ts';

const MEBIBYTE = 1024 * 1024;

const COMPOSER = { type: 'composer', ecosystem: 'Packagist', cap: 64 * MEBIBYTE } as const;

/** purl type of PHP's extensions, which are a part of the runtime that they were built for. */
export const PECL_TYPE = 'pecl';

/** PHP's formats. */
export const PHP_FILES: readonly LanguageFile[] = [
  {
    ...COMPOSER,
    name: 'composer-installed',
    names: ['installed.json'],
    when: (path) => /(?:^|\/)composer\/installed\.json$/.test(path),
    origin: 'installed',
    read: readComposerInstalled,
  },
  {
    ...COMPOSER,
    name: 'composer-lock',
    names: ['composer.lock'],
    origin: 'declared',
    read: readComposerLock,
  },
  {
    ...COMPOSER,
    name: 'pear-package',
    endings: ['.reg'],
    when: (path) => path.split('/').at(-2) === '.registry',
    origin: 'installed',
    cap: 4 * MEBIBYTE,
    read: readPearPackage,
  },
  {
    name: 'pecl-package',
    endings: ['.reg'],
    when: (path) => path.split('/').at(-2) === '.channel.pecl.php.net',
    type: PECL_TYPE,
    origin: 'installed',
    cap: 4 * MEBIBYTE,
    read: readPeclPackage,
  },
];
