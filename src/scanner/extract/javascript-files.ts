/** The files that speak of JavaScript packages. */
import type { LanguageFile } from './language-file.ts';
import { readNpmPackage } from './npm-package.ts';
import { readNpmPackageLock } from './npm-package-lock.ts';

const MEBIBYTE = 1024 * 1024;

/** JavaScript's formats. */
export const JAVASCRIPT_FILES: readonly LanguageFile[] = [
  {
    name: 'npm-package',
    names: ['package.json'],
    when: isInstalled,
    type: 'npm',
    ecosystem: 'npm',
    origin: 'installed',
    cap: 4 * MEBIBYTE,
    read: readNpmPackage,
  },
  {
    name: 'npm-package-lock',
    names: ['package-lock.json', 'npm-shrinkwrap.json'],
    when: (path) => !isBelowModules(path),
    type: 'npm',
    ecosystem: 'npm',
    origin: 'declared',
    cap: 64 * MEBIBYTE,
    read: readNpmPackageLock,
  },
];

/** `node_modules/NAME/package.json` or `node_modules/@SCOPE/NAME/package.json`. */
function isInstalled(path: string): boolean {
  const parts = path.split('/').slice(-4);
  return parts.at(-3) === 'node_modules' || (parts[0] === 'node_modules' && parts[1]?.[0] === '@');
}

function isBelowModules(path: string): boolean {
  return `/${path}`.includes('/node_modules/');
}
