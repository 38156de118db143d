/**
 * An export of vulnerability data as a plain value, which another thread may be given, and its
 * documents, which are read as they come: one is held at a time.
 */
import { basename } from 'node:path';

import { AssayError } from '../domain/error.ts';
import type { Micros } from '../domain/time.ts';
import { readPackedFile, unpackedName } from './read-packed-file.ts';
import type { ZipLimits } from './read-zip.ts';
import { readZip } from './read-zip.ts';

/** One record or document, unparsed. */
export interface AdvisoryRecord {
  /** Where it was: a path in the zip or tar, or a file. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Documents of one form that belong together. */
export interface AdvisoryExport<Form extends string = string> {
  /** The folder (an ecosystem's), or the file's name without its ending. */
  readonly name: string;
  /** The file or folder, for errors. */
  readonly path: string;
  /** What the recogniser called it. */
  readonly form: Form;
  /**
   * The date of an `export.json` (`{"exportDate": RFC 3339}`) beside the records. OSV's own exports
   * carry none, and a file's time of change is not one.
   */
  readonly exportDate?: Micros;
  /** Paths of the files that have its documents. */
  readonly files: readonly string[];
  readonly limits: ExportLimits;
}

/** Caps on one export. */
export interface ExportLimits extends ZipLimits {
  /** Bytes of a vendor's document, which may hold all that there is. */
  readonly documentBytes: number;
}

/** The caps that hold where none are given. */
export const EXPORT_LIMITS: ExportLimits = {
  entries: 1_000_000,
  entryBytes: 16 * 1024 * 1024,
  totalBytes: 64 * 1024 * 1024 * 1024,
  ratio: 500,
  documentBytes: 512 * 1024 * 1024,
};

/** The file that has the date of the documents beside it. */
export const DATE_FILE = 'export.json';
/** What stands beside the documents and is none. */
const BESIDE: ReadonlySet<string> = new Set([DATE_FILE, 'provider-metadata.json']);
/** Debian's file is called `json` and nothing else. */
const DOCUMENT = /(?:^|\.)(?:json|xml|csv|rss|tar)(?:\.(?:gz|zst|bz2|xz))?$|\.tgz$/;

/** Tells by its name whether a file is, or packs, documents. */
export function isDocument(name: string): boolean {
  return DOCUMENT.test(name) && !BESIDE.has(basename(name));
}

/** The documents of an export, one after another. */
export async function* readExportRecords(
  found: Pick<AdvisoryExport, 'path' | 'files' | 'limits'>,
): AsyncGenerator<AdvisoryRecord, void, void> {
  const { path, files, limits } = found;
  let total = 0;
  for (const file of files) {
    for await (const record of isZip(file) ? zipRecords(file, limits) : readFile(file, limits)) {
      total += record.bytes.byteLength;
      if (total > limits.totalBytes) {
        throw new AssayError('too-large', `${path} has more than ${limits.totalBytes} bytes`);
      }
      yield record;
    }
  }
}

/** Tells a zip by its name. */
export function isZip(path: string): boolean {
  return path.endsWith('.zip');
}

/** The documents of a zip. */
export function zipRecords(path: string, limits: ZipLimits): AsyncIterable<AdvisoryRecord> {
  return readZip(path, { limits, wants: isDocument });
}

async function* readFile(
  path: string,
  limits: ExportLimits,
): AsyncGenerator<AdvisoryRecord, void, void> {
  for await (const { name, bytes } of readPackedFile(path, { limits, wants: isDocument })) {
    yield { name: name === unpackedName(path) ? path : `${path}: ${name}`, bytes };
  }
}
