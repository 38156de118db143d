/** The files that speak of PHP packages. */
import { readComposerInstalled, readComposerLock } from './composer-packages.ts';
import type { LanguageFile } from './language-file.ts';

const MEBIBYTE = 1024 * 1024;

const COMPOSER = { type: 'composer', ecosystem: 'Packagist', cap: 64 * MEBIBYTE } as const;

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
];
