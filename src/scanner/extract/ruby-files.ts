/** The files that speak of Ruby gems. */
import { readGemfileLock } from './gemfile-lock.ts';
import { readGemspecFile } from './gemspec-file.ts';
import type { LanguageFile } from './language-file.ts';

const MEBIBYTE = 1024 * 1024;

const GEM = { type: 'gem', ecosystem: 'RubyGems' } as const;

/** Ruby's formats. */
export const RUBY_FILES: readonly LanguageFile[] = [
  {
    ...GEM,
    name: 'gemspec',
    endings: ['.gemspec'],
    when: (path) => /(?:^|\/)specifications\/(?:default\/)?[^/]+$/.test(path),
    origin: 'installed',
    cap: 4 * MEBIBYTE,
    read: readGemspecFile,
  },
  {
    ...GEM,
    name: 'gemfile-lock',
    names: ['Gemfile.lock', 'gems.locked'],
    origin: 'declared',
    cap: 16 * MEBIBYTE,
    read: readGemfileLock,
  },
];
