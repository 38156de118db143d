/** The files that speak of Java packages. */
import { readGradleLock, readGradleVerification, readIvy } from './gradle-lock.ts';
import { JAVA_ARCHIVES, readJavaArchive } from './java-archive.ts';
import type { LanguageFile } from './language-file.ts';
import { readPomXml } from './pom-xml.ts';
import { readSbtLock } from './sbt-lock.ts';
import { readVersionCatalog } from './version-catalog.ts';

const MEBIBYTE = 1024 * 1024;

const MAVEN = { type: 'maven', ecosystem: 'Maven' } as const;
const DECLARED = { ...MAVEN, origin: 'declared', cap: 16 * MEBIBYTE } as const;

/** Java's formats. */
export const JAVA_FILES: readonly LanguageFile[] = [
  {
    ...MAVEN,
    name: 'java-archive',
    endings: JAVA_ARCHIVES,
    origin: 'installed',
    cap: 128 * MEBIBYTE,
    read: readJavaArchive,
  },
  { ...DECLARED, name: 'maven-pom', names: ['pom.xml'], read: readPomXml },
  {
    ...DECLARED,
    name: 'gradle-lock',
    names: [
      'gradle.lockfile',
      'buildscript-gradle.lockfile',
      'settings-gradle.lockfile',
      'settings-buildscript-gradle.lockfile',
    ],
    read: readGradleLock,
  },
  {
    ...DECLARED,
    name: 'gradle-old-lock',
    endings: ['.lockfile'],
    when: (path) => path.includes('dependency-locks/'),
    read: readGradleLock,
  },
  {
    ...DECLARED,
    name: 'gradle-verification',
    names: ['verification-metadata.xml'],
    read: readGradleVerification,
  },
  {
    ...DECLARED,
    name: 'gradle-catalog',
    endings: ['.versions.toml'],
    read: readVersionCatalog,
  },
  { ...DECLARED, name: 'ivy', names: ['ivy.xml'], read: readIvy },
  { ...DECLARED, name: 'sbt-lock', names: ['build.sbt.lock'], read: readSbtLock },
];
