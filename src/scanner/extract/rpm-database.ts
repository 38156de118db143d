/** What the three containers of rpm headers have in common: from records to packages. */
import type { ScanProblem } from '../../domain/software-package.ts';
import type { DatabasePackage, PackageDatabase } from './package-database.ts';
import { readRpmLine, readRpmPackage, type ReadRpm } from './rpm-package.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/** A header, or what is wrong with the container, in words that finish "could not be read: …". */
export type RpmRecord =
  | { readonly header: Uint8Array }
  | { readonly line: string }
  | { readonly damage: string };

const PACKAGES = 200_000;
const PROBLEMS = 20;

/**
 * Reads a container's records. Damage is fatal and what was read beside it is kept; so is a record
 * that cannot be read, for what it said is unknown.
 */
export function readRpmRecords(records: Iterable<RpmRecord>, path: string): PackageDatabase {
  const packages: DatabasePackage[] = [];
  const problems: ScanProblem[] = [];
  let count = 0;
  for (const record of records) {
    const { read, problem } = readRecord(record, path);
    if (read !== undefined) packages.push(read);
    if (problem !== undefined) problems.push(problem);
    if (problems.length === PROBLEMS) {
      problems.push(rpmDamage(path, `after ${PROBLEMS} problems it was read no further`));
      break;
    }
    if (++count > PACKAGES) {
      problems.push(rpmDamage(path, `it has over ${PACKAGES} packages`));
      break;
    }
  }
  return { packages, problems };
}

function readRecord(
  record: RpmRecord,
  path: string,
): { readonly read?: DatabasePackage; readonly problem?: ScanProblem } {
  if ('damage' in record) return { problem: rpmDamage(path, record.damage) };
  const read: ReadRpm = 'line' in record ? readRpmLine(record.line) : readRpmPackage(record.header);
  if (!('reason' in read)) return read.package === undefined ? {} : { read: read.package };
  const message = `${path} has ${read.reason}`;
  return { problem: { code: 'package-malformed', message, fatal: true } };
}

/** Reads the manifest that distroless images have in the place of a database. */
export function readRpmManifest(bytes: Uint8Array, path: string): PackageDatabase {
  return readRpmRecords(manifestLines(decodeLossy(bytes).text), path);
}

function* manifestLines(text: string): Generator<RpmRecord> {
  for (const { text: line } of textLines(text)) {
    if (line.trim() !== '') yield { line: line.slice(0, 8192) };
  }
}

/** The problem of a database that is not read, or not to its end. */
export function rpmDamage(path: string, reason: string): ScanProblem {
  const message = `the package database ${path} could not be read: ${reason}`;
  return { code: 'database-damaged', message, fatal: true };
}
