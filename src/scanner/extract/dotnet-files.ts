/** The files that speak of .NET packages. */
import {
  readDepsJson,
  readNugetLock,
  readPackagesConfig,
  readPackagesProps,
  readProjectAssets,
} from './dotnet-lock.ts';
import type { LanguageFile } from './language-file.ts';
import { readMsbuildProject, readPaketLock } from './msbuild-project.ts';

const MEBIBYTE = 1024 * 1024;

const NUGET = { type: 'nuget', ecosystem: 'NuGet', cap: 32 * MEBIBYTE } as const;
const DECLARED = { ...NUGET, origin: 'declared' } as const;

/** .NET's formats. */
export const DOTNET_FILES: readonly LanguageFile[] = [
  {
    ...NUGET,
    name: 'dotnet-deps',
    endings: ['.deps.json'],
    origin: 'installed',
    read: readDepsJson,
  },
  { ...DECLARED, name: 'nuget-lock', names: ['packages.lock.json'], read: readNugetLock },
  { ...DECLARED, name: 'nuget-config', names: ['packages.config'], read: readPackagesConfig },
  {
    ...DECLARED,
    name: 'nuget-props',
    endings: ['Packages.props'],
    read: readPackagesProps,
  },
  {
    ...DECLARED,
    name: 'msbuild-project',
    endings: ['.csproj', '.fsproj', '.vbproj'],
    read: readMsbuildProject,
  },
  { ...DECLARED, name: 'paket-lock', names: ['paket.lock'], read: readPaketLock },
  { ...DECLARED, name: 'nuget-assets', names: ['project.assets.json'], read: readProjectAssets },
];
