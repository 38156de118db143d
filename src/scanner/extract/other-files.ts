/** The files of languages that have one or two formats each. */
import { readErlangApp, readMixLock, readRebarLock } from './beam-lock.ts';
import { readCabalFreeze } from './cabal-freeze.ts';
import { readCabalPlan } from './cabal-plan.ts';
import { readCarthageResolved } from './carthage-resolved.ts';
import { readConanFile } from './conan-file.ts';
import { readConanInfo } from './conan-info.ts';
import { readConanLock } from './conan-lock.ts';
import { readJuliaManifest } from './julia-manifest.ts';
import type { LanguageFile } from './language-file.ts';
import { readRDescription, readRenvLock } from './r-packages.ts';
import { readSwiftResolved } from './swift-resolved.ts';
import { readVcpkgManifest, readVcpkgStatus } from './vcpkg-files.ts';
import { readPodfileLock, readPubspecLock, readStackLock, readStackProject } from './yaml-lock.ts';

const MEBIBYTE = 1024 * 1024;

const HEX = { type: 'hex', ecosystem: 'Hex' } as const;
const CRAN = { type: 'cran', ecosystem: 'CRAN' } as const;
const HACKAGE = { type: 'hackage', ecosystem: 'Hackage' } as const;
const DECLARED = { origin: 'declared', cap: 8 * MEBIBYTE } as const;
const INSTALLED = { origin: 'installed', cap: MEBIBYTE } as const;

/** Formats of C and C++, Erlang and Elixir, Dart, Swift, Haskell, Julia and R. */
export const OTHER_FILES: readonly LanguageFile[] = [
  {
    ...DECLARED,
    name: 'conan-lock',
    names: ['conan.lock'],
    type: 'conan',
    ecosystem: 'ConanCenter',
    read: readConanLock,
  },
  {
    ...DECLARED,
    name: 'conan-file',
    names: ['conanfile.txt'],
    type: 'conan',
    ecosystem: 'ConanCenter',
    read: readConanFile,
  },
  {
    ...DECLARED,
    name: 'conan-info',
    names: ['conaninfo.txt'],
    type: 'conan',
    ecosystem: 'ConanCenter',
    read: readConanInfo,
  },
  // OSV has no ecosystem of vcpkg.
  {
    ...INSTALLED,
    name: 'vcpkg-status',
    names: ['status'],
    when: (path) => /(?:^|\/)(?:vcpkg_installed|installed)\/vcpkg\/status$/.test(path),
    cap: 8 * MEBIBYTE,
    type: 'vcpkg',
    read: readVcpkgStatus,
  },
  {
    ...DECLARED,
    name: 'vcpkg-manifest',
    names: ['vcpkg.json'],
    type: 'vcpkg',
    read: readVcpkgManifest,
  },
  {
    ...DECLARED,
    name: 'julia-manifest',
    names: ['Manifest.toml', 'JuliaManifest.toml'],
    type: 'julia',
    ecosystem: 'Julia',
    read: readJuliaManifest,
  },
  { ...HEX, ...DECLARED, name: 'mix-lock', names: ['mix.lock'], read: readMixLock },
  { ...HEX, ...DECLARED, name: 'rebar-lock', names: ['rebar.lock'], read: readRebarLock },
  {
    ...HEX,
    ...INSTALLED,
    name: 'erlang-app',
    endings: ['.app'],
    when: (path) => path.split('/').at(-2) === 'ebin',
    read: readErlangApp,
  },
  {
    ...DECLARED,
    name: 'pubspec-lock',
    names: ['pubspec.lock'],
    type: 'pub',
    ecosystem: 'Pub',
    read: readPubspecLock,
  },
  {
    ...DECLARED,
    name: 'swift-resolved',
    names: ['Package.resolved'],
    type: 'swift',
    ecosystem: 'SwiftURL',
    read: readSwiftResolved,
  },
  {
    ...DECLARED,
    name: 'carthage-resolved',
    names: ['Cartfile.resolved'],
    type: 'swift',
    ecosystem: 'SwiftURL',
    read: readCarthageResolved,
  },
  // OSV has no ecosystem of CocoaPods.
  {
    ...DECLARED,
    name: 'podfile-lock',
    names: ['Podfile.lock'],
    type: 'cocoapods',
    read: readPodfileLock,
  },
  { ...HACKAGE, ...DECLARED, name: 'stack-project', names: ['stack.yaml'], read: readStackProject },
  { ...HACKAGE, ...DECLARED, name: 'stack-lock', names: ['stack.yaml.lock'], read: readStackLock },
  {
    ...HACKAGE,
    ...DECLARED,
    name: 'cabal-freeze',
    names: ['cabal.project.freeze'],
    read: readCabalFreeze,
  },
  {
    ...HACKAGE,
    ...DECLARED,
    name: 'cabal-plan',
    names: ['plan.json'],
    when: (path) => `/${path}`.endsWith('/cache/plan.json'),
    cap: 32 * MEBIBYTE,
    read: readCabalPlan,
  },
  { ...CRAN, ...DECLARED, name: 'renv-lock', names: ['renv.lock'], read: readRenvLock },
  {
    ...CRAN,
    ...INSTALLED,
    name: 'r-description',
    names: ['DESCRIPTION'],
    when: isInLibrary,
    read: readRDescription,
  },
];

/** `library/NAME/DESCRIPTION`, and `site-library` where a distribution installs. */
function isInLibrary(path: string): boolean {
  return /^(?:site-)?library$/.test(path.split('/').at(-3) ?? '');
}
