/** The packages that a language's file names, each name and version once and within caps. */
import type { PackageOrigin, ScanProblem } from '../../domain/software-package.ts';
import type { DatabasePackage, PackageDatabase } from './package-database.ts';

/** Collects what one file says. */
export interface PackageList {
  /** Takes a package; one without name or version, or with an oversized one, becomes a note. */
  add(name: string | undefined, version: string | undefined): void;
  /** Something of the file that could not be understood, in words that follow its path. */
  note(reason: string): void;
  /** Something that a reader should know although the file was understood; never fatal. */
  remark(reason: string): void;
  database(): PackageDatabase;
}

const PACKAGES = 200_000;
const PROBLEMS = 20;
const NAME = 512;
const VERSION = 256;

/** A list for the file at `path`: what is wrong with an installed package's file is fatal. */
export function newPackageList(path: string, origin: PackageOrigin): PackageList {
  const packages = new Map<string, DatabasePackage>();
  const reasons = new Set<string>();
  const remarks = new Set<string>();
  let more = 0;
  const note = (reason: string): void => {
    if (reasons.size < PROBLEMS) reasons.add(reason);
    else if (!reasons.has(reason)) more += 1;
  };
  return {
    add: (name, version) => {
      const reason = refusal(name, version);
      if (reason !== undefined) return note(reason);
      if (packages.size >= PACKAGES) return note(`has more than ${PACKAGES} packages`);
      const item = packageOf(name ?? '', version ?? '');
      packages.set(`${item.name}\0${item.version}`, item);
    },
    note,
    remark: (reason) => {
      if (remarks.size < PROBLEMS) remarks.add(reason);
    },
    database: () => ({
      packages: [...packages.values()],
      problems: [
        ...toProblems(path, origin, [...reasons, ...(more > 0 ? [moreReasons(more)] : [])]),
        ...[...remarks].map((reason) => toRemark(path, reason)),
      ],
    }),
  };
}

/** What stands for a file that could not be read at all. */
export function unreadPackages(
  path: string,
  origin: PackageOrigin,
  reason: string,
): PackageDatabase {
  const message = `${label(path)} could not be read: ${reason}`;
  const fatal = origin === 'installed';
  const code = fatal ? 'package-malformed' : 'lock-file-unread';
  return { packages: [], problems: [{ code, message, fatal }] };
}

function packageOf(name: string, version: string): DatabasePackage {
  return { name, version, architecture: '', source: name, sourceVersion: version };
}

function refusal(name: string | undefined, version: string | undefined): string | undefined {
  if (name === undefined || name === '') return 'has an entry without a name';
  if (name.length > NAME) return `has a name of more than ${NAME} characters`;
  if (version === undefined || version === '') return `has ${label(name)} without a version`;
  return version.length > VERSION ? `has ${label(name)} with an oversized version` : undefined;
}

function moreReasons(count: number): string {
  return `has ${count} more entries that could not be understood`;
}

function toProblems(
  path: string,
  origin: PackageOrigin,
  reasons: readonly string[],
): readonly ScanProblem[] {
  const fatal = origin === 'installed';
  return reasons.map((reason) => ({
    code: 'package-malformed',
    message: `${label(path)} ${reason}`,
    fatal,
  }));
}

function toRemark(path: string, reason: string): ScanProblem {
  return { code: 'package-unidentified', message: `${label(path)} ${reason}`, fatal: false };
}

function label(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
