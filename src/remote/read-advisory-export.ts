/**
 * Vulnerability data as they are published in bulk: OSV's exports (`<ecosystem>/all.zip`, or the
 * records as files) and vendors' own files, read as they come: an import holds one document at a
 * time. What a file is, its name and first bytes tell whoever asks for it.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { AssayError } from '../domain/error.ts';
import { isJsonObject } from '../domain/json.ts';
import type { Micros } from '../domain/time.ts';
import { parseTime } from '../domain/time.ts';
import {
  type AdvisoryExport,
  DATE_FILE,
  EXPORT_LIMITS,
  type ExportLimits,
  isDocument,
  isZip,
  zipRecords,
} from './advisory-export.ts';
import { readPackedFile, unpackedName } from './read-packed-file.ts';
import { fileProblem, readFileCapped } from './read-text-file.ts';

/** How the files of an export are told apart. */
export interface ExportReading<Form extends string = string> {
  /** The form of a file by its name and first bytes (as Latin-1); undefined: none. */
  readonly recognise: (file: { readonly name: string; readonly head: string }) => Form | undefined;
  /** How many first bytes that takes. */
  readonly headBytes: number;
  readonly limits?: ExportLimits;
}

type Reading<Form extends string> = Required<ExportReading<Form>>;

/** The zip that has every record of its folder's ecosystem. */
const WHOLE = 'all.zip';
/** What is called the same wherever it is of. */
const NAMED_BY_FOLDER: ReadonlySet<string> = new Set(['all', 'updateinfo']);
const MAX_DATE_BYTES = 4096;
const MAX_DEPTH = 3;
/**
 * The exports under a folder (itself and up to three levels below), or of one file: a zip, a
 * document, one compressed by gzip or zstd, or a tar. In a folder, `all.zip` stands for every file
 * beside it; else its documents are taken form by form. Throws `not-found` without a path,
 * `invalid-advisory` where there is no export or a damaged one.
 */
export async function* readAdvisoryExport<Form extends string>(
  path: string,
  options: ExportReading<Form>,
): AsyncGenerator<AdvisoryExport<Form>, void, void> {
  const reading = { limits: EXPORT_LIMITS, ...options };
  const found = await stat(path).catch((error: unknown) => {
    throw fileProblem(path, error);
  });
  if (!found.isDirectory()) {
    yield await oneFile(path, reading);
    return;
  }
  let count = 0;
  for await (const item of folderExports(path, reading, 0)) {
    count += 1;
    yield item;
  }
  if (count > 0) return;
  throw new AssayError(
    'invalid-advisory',
    `${path} holds no advisory export; wanted <ecosystem>/all.zip, *.json records, ` +
      "or a vendor's file",
  );
}

async function oneFile<Form extends string>(
  path: string,
  reading: Reading<Form>,
): Promise<AdvisoryExport<Form>> {
  if (isZip(path)) return zipExport(path, reading);
  const form = await formOf(path, reading);
  if (form === undefined) throw unknownForm(path);
  const folder = dirname(path);
  const stem = unpackedName(path).replace(/\.\w+$/, '');
  const name = NAMED_BY_FOLDER.has(stem) ? basename(folder) : stem;
  const limits = limitsOf(form, reading);
  return { name, path, form, ...(await exportDate(folder)), files: [path], limits };
}

/** Records are small; a vendor's document may hold all that there is. */
function limitsOf<Form extends string>(form: Form, reading: Reading<Form>): ExportLimits {
  const isSmall = form === reading.recognise({ name: WHOLE, head: '' });
  const { limits } = reading;
  return isSmall ? { ...limits, documentBytes: limits.entryBytes } : limits;
}

function unknownForm(path: string): AssayError {
  const message =
    `${path} is in none of the forms that are read; docs/reference/advisory-sources.md lists ` +
    `them; unpack what is packed otherwise`;
  return new AssayError('invalid-advisory', message);
}

async function* folderExports<Form extends string>(
  folder: string,
  reading: Reading<Form>,
  depth: number,
): AsyncGenerator<AdvisoryExport<Form>, void, void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw fileProblem(folder, error);
  });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  for (const zip of chooseZips(names.sort())) yield await zipExport(join(folder, zip), reading);
  if (!names.includes(WHOLE)) yield* filesExports(folder, names.filter(isDocument), reading);
  if (depth >= MAX_DEPTH) return;
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  for (const name of folders.sort()) {
    yield* folderExports(join(folder, name), reading, depth + 1);
  }
}

/** Other zips beside `all.zip` are the publisher's native form or parts of it. */
function chooseZips(names: readonly string[]): readonly string[] {
  if (names.includes(WHOLE)) return [WHOLE];
  return names.filter(isZip);
}

async function zipExport<Form extends string>(
  path: string,
  reading: Reading<Form>,
): Promise<AdvisoryExport<Form>> {
  const folder = dirname(path);
  const name = basename(path) === WHOLE ? basename(folder) : basename(path, '.zip');
  const form = await zipForm(path, reading);
  if (form === undefined) throw unknownForm(path);
  return { name, path, form, ...(await exportDate(folder)), files: [path], limits: reading.limits };
}

/** A zip is of the form of its first document; OSV's is known by its name. */
async function zipForm<Form extends string>(
  path: string,
  reading: Reading<Form>,
): Promise<Form | undefined> {
  const byName = reading.recognise({ name: basename(path), head: '' });
  if (byName !== undefined) return byName;
  for await (const { name, bytes } of zipRecords(path, reading.limits)) {
    return formOfBytes(name, bytes, reading);
  }
  return reading.recognise({ name: WHOLE, head: '' });
}

async function formOf<Form extends string>(
  path: string,
  reading: Reading<Form>,
): Promise<Form | undefined> {
  const first = reading.headBytes;
  const packed = { limits: reading.limits, wants: isDocument, first };
  for await (const { name, bytes } of readPackedFile(path, packed)) {
    return formOfBytes(name, bytes, reading);
  }
  return undefined;
}

function formOfBytes<Form extends string>(
  name: string,
  bytes: Uint8Array,
  { recognise, headBytes }: Reading<Form>,
): Form | undefined {
  const head = Buffer.from(bytes.subarray(0, headBytes)).toString('latin1');
  return recognise({ name: basename(name), head });
}

/** The documents of a folder, those of one form together; what has none is passed over. */
async function* filesExports<Form extends string>(
  folder: string,
  names: readonly string[],
  reading: Reading<Form>,
): AsyncGenerator<AdvisoryExport<Form>, void, void> {
  const { entries } = reading.limits;
  if (names.length > entries) {
    throw new AssayError('too-large', `${folder} has more than ${entries} records`);
  }
  const byForm = new Map<Form, string[]>();
  for (const name of names) {
    const form = await formOf(join(folder, name), reading);
    if (form === undefined) continue;
    const of = byForm.get(form);
    if (of === undefined) byForm.set(form, [name]);
    else of.push(name);
  }
  const date = byForm.size === 0 ? {} : await exportDate(folder);
  for (const [form, of] of byForm) {
    const files = of.map((name) => join(folder, name));
    const limits = limitsOf(form, reading);
    yield { name: basename(folder), path: folder, form, ...date, files, limits };
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
