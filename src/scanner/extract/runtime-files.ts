/** The files that tell which release of a runtime was unpacked into an image. */
import type { LanguageFile } from './language-file.ts';
import {
  readGoRelease,
  readJavaRelease,
  readNodeVersion,
  readPythonVersion,
} from './runtime-versions.ts';

const MEBIBYTE = 1024 * 1024;

/** purl type of runtimes, of which no advisories are read but those of Go. */
export const RUNTIME_TYPE = 'generic';

const RUNTIME = { type: RUNTIME_TYPE, origin: 'installed', cap: MEBIBYTE } as const;

/** Runtimes with a file that says for certain which release they are. */
export const RUNTIME_FILES: readonly LanguageFile[] = [
  {
    ...RUNTIME,
    name: 'java-release',
    names: ['release'],
    when: (path) => /jdk|jre|java|jvm|graal|zulu|corretto|semeru/i.test(path),
    read: readJavaRelease,
  },
  {
    ...RUNTIME,
    name: 'node-release',
    names: ['node_version.h'],
    when: (path) => `/${path}`.endsWith('/include/node/node_version.h'),
    read: readNodeVersion,
  },
  {
    ...RUNTIME,
    name: 'python-release',
    names: ['patchlevel.h'],
    when: (path) => /(?:^|\/)include\/python\d\.\d+[a-z]?\/patchlevel\.h$/.test(path),
    read: readPythonVersion,
  },
  {
    ...RUNTIME,
    name: 'go-release',
    names: ['VERSION'],
    when: (path) => path.split('/').at(-2) === 'go',
    type: 'golang',
    ecosystem: 'Go',
    read: readGoRelease,
  },
];
