/** The files that speak of JavaScript packages. */
import { readBunBinary, readBunLock } from './bun-lock.ts';
import { readDenoLock } from './deno-lock.ts';
import type { LanguageFile } from './language-file.ts';
import { readNpmPackage, readUnpackedNpm } from './npm-package.ts';
import { readNpmPackageLock } from './npm-package-lock.ts';
import { readPnpmLock } from './pnpm-lock.ts';
import { readYarnLock } from './yarn-lock.ts';

const MEBIBYTE = 1024 * 1024;

const NPM = { type: 'npm', ecosystem: 'npm' } as const;
const LOCK = { ...NPM, origin: 'declared', cap: 64 * MEBIBYTE } as const;

/** JavaScript's formats. */
export const JAVASCRIPT_FILES: readonly LanguageFile[] = [
  {
    ...NPM,
    name: 'npm-package',
    names: ['package.json'],
    when: isInstalled,
    origin: 'installed',
    cap: 4 * MEBIBYTE,
    read: readNpmPackage,
  },
  {
    ...NPM,
    name: 'npm-unpacked',
    names: ['package.json'],
    when: (path) => /-v?\d[\w.+-]*\/package\.json$/.test(path) && isOutsideModules(path),
    origin: 'installed',
    cap: 4 * MEBIBYTE,
    read: readUnpackedNpm,
  },
  {
    ...LOCK,
    name: 'npm-package-lock',
    names: ['package-lock.json', 'npm-shrinkwrap.json'],
    when: isOutsideModules,
    read: readNpmPackageLock,
  },
  {
    ...LOCK,
    name: 'npm-installed-lock',
    names: ['.package-lock.json'],
    when: (path) => `/${path}`.endsWith('/node_modules/.package-lock.json'),
    read: readNpmPackageLock,
  },
  {
    ...LOCK,
    name: 'yarn-lock',
    names: ['yarn.lock'],
    when: isOutsideModules,
    read: readYarnLock,
  },
  {
    ...LOCK,
    name: 'pnpm-lock',
    names: ['pnpm-lock.yaml', 'shrinkwrap.yaml'],
    when: isOutsideModules,
    read: readPnpmLock,
  },
  {
    ...LOCK,
    name: 'pnpm-installed-lock',
    names: ['lock.yaml'],
    when: (path) => `/${path}`.endsWith('/node_modules/.pnpm/lock.yaml'),
    read: readPnpmLock,
  },
  { ...LOCK, name: 'bun-lock', names: ['bun.lock'], when: isOutsideModules, read: readBunLock },
  {
    ...LOCK,
    name: 'bun-binary-lock',
    names: ['bun.lockb'],
    when: isOutsideModules,
    read: readBunBinary,
  },
  { ...LOCK, name: 'deno-lock', names: ['deno.lock'], when: isOutsideModules, read: readDenoLock },
];

/** `node_modules/NAME/package.json` or `node_modules/@SCOPE/NAME/package.json`. */
function isInstalled(path: string): boolean {
  const [first = '', second = '', third = ''] = `//${path}`.split('/').slice(-4);
  const isScope = second.startsWith('@') && first === 'node_modules';
  return isScope || (second === 'node_modules' && !/^[@.]/.test(third));
}

/** What a published package has in its folder is no lock of anything. */
function isOutsideModules(path: string): boolean {
  return !`/${path}`.includes('/node_modules/');
}
