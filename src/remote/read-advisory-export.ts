/**
 * Advisory records as OSV publishes them in bulk (`<ecosystem>/all.zip`, or the records as files),
 * read as they come: an import holds one record at a time.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import { parseTime } from '../domain/time.ts';
import { fileProblem, readFileCapped } from './read-text-file.ts';
import type { ZipLimits } from './read-zip.ts';
import { readZip } from './read-zip.ts';

/** One record, unparsed. */
export interface AdvisoryRecord {
  /** Where it was: a path in the zip, or a file. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The records of one ecosystem; nothing of them is read before they are asked for. */
export interface AdvisoryExport {
  /** The ecosystem's folder, or the zip's name. */
  readonly name: string;
  /** The zip or folder, for errors. */
  readonly path: string;
  /**
   * The date of an `export.json` (`{"exportDate": RFC 3339}`) beside the records. OSV's own exports
   * carry none, and a file's time of change is not one.
   */
  readonly exportDate?: Micros;
  readonly records: AsyncIterable<AdvisoryRecord>;
}

/** Caps on one export. */
export const EXPORT_LIMITS: ZipLimits = {
  entries: 1_000_000,
  entryBytes: 16 * 1024 * 1024,
  totalBytes: 8 * 1024 * 1024 * 1024,
  ratio: 500,
};

/** The zip that has every record of its folder's ecosystem. */
const WHOLE = 'all.zip';
const DATE_FILE = 'export.json';
const MAX_DATE_BYTES = 4096;
const MAX_DEPTH = 3;

/**
 * The exports under a folder (itself and up to three levels below), or of one zip. In a folder,
 * `all.zip` stands for every zip and record beside it; else `*.json` files are records. Throws
 * `not-found` without a path, `invalid-advisory` where there is no export or a damaged one.
 */
export async function* readAdvisoryExport(
  path: string,
  limits: ZipLimits = EXPORT_LIMITS,
): AsyncGenerator<AdvisoryExport, void, void> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  if (!found.isDirectory()) {
    yield await zipExport(path, limits);
    return;
  }
  let count = 0;
  for await (const item of folderExports(path, limits, 0)) {
    count += 1;
    yield item;
  }
  if (count > 0) return;
  throw new AssayError(
    'invalid-advisory',
    `${path} holds no advisory export; wanted <ecosystem>/all.zip or *.json records`,
  );
}

async function* folderExports(
  folder: string,
  limits: ZipLimits,
  depth: number,
): AsyncGenerator<AdvisoryExport, void, void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw fileProblem(folder, error);
  });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  for (const zip of chooseZips(names.sort())) yield await zipExport(join(folder, zip), limits);
  const records = names.includes(WHOLE) ? [] : names.filter(isRecord);
  if (records.length > 0) yield await filesExport(folder, records, limits);
  if (depth >= MAX_DEPTH) return;
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const name of folders.sort()) {
    yield* folderExports(join(folder, name), limits, depth + 1);
  }
}

function isRecord(name: string): boolean {
  return name.endsWith('.json') && name !== DATE_FILE;
}

/** Other zips beside `all.zip` are the publisher's native form or parts of it. */
function chooseZips(names: readonly string[]): readonly string[] {
  if (names.includes(WHOLE)) return [WHOLE];
  return names.filter((name) => name.endsWith('.zip'));
}

async function zipExport(path: string, limits: ZipLimits): Promise<AdvisoryExport> {
  const folder = dirname(path);
  const name = basename(path) === WHOLE ? basename(folder) : basename(path, '.zip');
  const wants = (entry: string): boolean => entry.endsWith('.json');
  return { name, path, ...(await exportDate(folder)), records: readZip(path, { limits, wants }) };
}

async function filesExport(
  folder: string,
  names: readonly string[],
  limits: ZipLimits,
): Promise<AdvisoryExport> {
  return {
    name: basename(folder),
    path: folder,
    ...(await exportDate(folder)),
    records: readRecordFiles(folder, names, limits),
  };
}

async function* readRecordFiles(
  folder: string,
  names: readonly string[],
  limits: ZipLimits,
): AsyncGenerator<AdvisoryRecord, void, void> {
  if (names.length > limits.entries) {
    throw new AssayError('too-large', `${folder} has more than ${limits.entries} records`);
  }
  let total = 0;
  for (const name of names) {
    const path = join(folder, name);
    const bytes = await readFileCapped(path, limits.entryBytes);
    total += bytes.byteLength;
    if (total > limits.totalBytes) {
      throw new AssayError('too-large', `${folder} has more than ${limits.totalBytes} bytes`);
    }
    yield { name: path, bytes };
  }
}

async function exportDate(folder: string): Promise<{ exportDate?: Micros }> {
  const path = join(folder, DATE_FILE);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return {};
  const bytes = await readFileCapped(path, MAX_DATE_BYTES);
  try {
    const json: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    const date = isJsonObject(json) ? json['exportDate'] : undefined;
    return { exportDate: parseTime(typeof date === 'string' ? date : '') };
  } catch (cause) {
    throw new AssayError(
      'invalid-advisory',
      `${path} should be {"exportDate": "2026-11-20T00:00:00Z"}`,
      { cause },
    );
  }
}
