/**
 * The packages of systems and hosts for which nobody publishes advisories in OSV's form: they are
 * listed, and that nothing is known of them is told. Each has a file of its own, deep in a folder,
 * so that they are found like files of languages.
 */
import { readBrewReceipt, readCosPackages, readFlatpak, readSnap } from './host-packages.ts';
import type { LanguageFile } from './language-file.ts';
import { readPacmanDesc } from './pacman-local.ts';
import { readPortagePackage } from './portage-package.ts';

const MEBIBYTE = 1024 * 1024;

const INSTALLED = { origin: 'installed', cap: 4 * MEBIBYTE } as const;

/** purl types of packages that are a system's own. */
export const UNMATCHED_SYSTEM_TYPES: ReadonlySet<string> = new Set([
  'alpm',
  'cos',
  'ebuild',
  'nix',
]);

/** Formats of pacman, portage, Container-Optimized OS, Nix, Homebrew, Snap and Flatpak. */
export const SYSTEM_FILES: readonly LanguageFile[] = [
  {
    ...INSTALLED,
    name: 'pacman-desc',
    names: ['desc'],
    when: (path) => /^var\/lib\/pacman\/local\/[^/]+\/desc$/.test(path),
    type: 'alpm',
    read: readPacmanDesc,
  },
  {
    ...INSTALLED,
    name: 'portage-package',
    names: ['PF'],
    when: (path) => /^var\/db\/pkg\/[^/]+\/[^/]+\/PF$/.test(path),
    type: 'ebuild',
    read: readPortagePackage,
  },
  {
    ...INSTALLED,
    name: 'cos-packages',
    names: ['cos-package-info.json'],
    when: (path) => path === 'etc/cos-package-info.json',
    cap: 16 * MEBIBYTE,
    type: 'cos',
    read: readCosPackages,
  },
  {
    ...INSTALLED,
    name: 'brew-receipt',
    names: ['INSTALL_RECEIPT.json'],
    when: (path) => path.split('/').at(-4) === 'Cellar',
    type: 'brew',
    read: readBrewReceipt,
  },
  {
    ...INSTALLED,
    name: 'snap',
    names: ['snap.yaml'],
    when: (path) => `/${path}`.endsWith('/meta/snap.yaml'),
    type: 'snap',
    read: readSnap,
  },
  {
    ...INSTALLED,
    name: 'flatpak',
    endings: ['metainfo.xml', '.appdata.xml'],
    when: (path) => /(?:^|\/)flatpak\/app\/.+\/export\/share\/metainfo\/[^/]+$/.test(path),
    type: 'flatpak',
    read: readFlatpak,
  },
];
