/** The files of languages rarely seen in images: Lua, Perl, Nim, OCaml, Crystal and Elm. */
import { readCpanInstall, readCpanSnapshot } from './cpan-packages.ts';
import { readElmJson } from './elm-json.ts';
import type { LanguageFile } from './language-file.ts';
import { readInstalledRock, readRockspec } from './lua-rock.ts';
import { readInstalledNimble, readNimbleLock } from './nimble-packages.ts';
import { readInstalledOpam, readOpamProject } from './opam-file.ts';
import { readShardLock } from './yaml-lock.ts';

const MEBIBYTE = 1024 * 1024;

const DECLARED = { origin: 'declared', cap: 8 * MEBIBYTE } as const;
const INSTALLED = { origin: 'installed', cap: MEBIBYTE } as const;
const OPAM = { type: 'opam', ecosystem: 'opam' } as const;

/** Their formats; of these, OSV has advisories of OPAM only. */
export const SCRIPT_FILES: readonly LanguageFile[] = [
  {
    ...INSTALLED,
    name: 'lua-rock',
    endings: ['.rockspec'],
    when: (path) => /(?:^|\/)rocks(?:-[\d.]+)?\/[^/]+\/[^/]+\/[^/]+$/.test(path),
    type: 'luarocks',
    read: readInstalledRock,
  },
  {
    ...DECLARED,
    name: 'rockspec',
    endings: ['.rockspec'],
    type: 'luarocks',
    read: readRockspec,
  },
  {
    ...DECLARED,
    name: 'cpan-snapshot',
    names: ['cpanfile.snapshot'],
    type: 'cpan',
    read: readCpanSnapshot,
  },
  {
    ...INSTALLED,
    name: 'cpan-install',
    names: ['install.json'],
    when: (path) => path.split('/').at(-3) === '.meta',
    type: 'cpan',
    read: readCpanInstall,
  },
  { ...DECLARED, name: 'nimble-lock', names: ['nimble.lock'], type: 'nim', read: readNimbleLock },
  {
    ...INSTALLED,
    name: 'nimble-package',
    endings: ['.nimble'],
    when: (path) => /(?:^|\/)pkgs2?\/[^/]+\/[^/]+$/.test(path),
    type: 'nim',
    read: readInstalledNimble,
  },
  {
    ...OPAM,
    ...INSTALLED,
    name: 'opam-package',
    names: ['opam'],
    when: (path) => /(?:^|\/)\.opam-switch\/packages\/[^/]+\/opam$/.test(path),
    read: readInstalledOpam,
  },
  {
    ...OPAM,
    ...DECLARED,
    name: 'opam-project',
    endings: ['.opam', '.opam.locked'],
    read: readOpamProject,
  },
  { ...DECLARED, name: 'shard-lock', names: ['shard.lock'], type: 'shards', read: readShardLock },
  { ...DECLARED, name: 'elm-json', names: ['elm.json'], type: 'elm', read: readElmJson },
];
