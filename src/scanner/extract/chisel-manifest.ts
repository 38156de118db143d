/**
 * What chisel, which cuts Ubuntu's packages into slices, writes into the images that it makes:
 * `manifest.wall`, lines of JSON compressed by zstd. It names packages, but not their sources.
 */
import { zstdDecompressSync } from 'node:zlib';
import { isJsonObject, type JsonObject } from '../../domain/json.ts';
import { readJson, textField } from './json-file.ts';
import { isOwnable } from './owned-files.ts';
import type { DatabasePackage, PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { textLines } from './text-lines.ts';

const INFLATED = 64 * 1024 * 1024;
const FILES = 20_000;

/** Reads the packages and their files. */
export function readChiselManifest(bytes: Uint8Array, path: string): PackageDatabase {
  const text = inflated(bytes);
  if (text === undefined) return damaged(path, 'it is no zstd of at most 64 MiB');
  const packages = new Map<string, DatabasePackage>();
  const files = new Map<string, string[]>();
  const list = newPackageList(path, 'installed');
  for (const { number, text: line } of textLines(text)) {
    const read = readJson(line);
    if ('reason' in read || !isJsonObject(read.value))
      return damaged(path, `line ${number} is no JSON`);
    const item = read.value;
    if (item['kind'] === 'package') {
      const found = packageOf(item);
      if (found === undefined) list.note(`has a package without name or version at line ${number}`);
      else packages.set(found.name, found);
    } else if (item['kind'] === 'path') takePath(files, item);
  }
  const owning = [...packages.values()].map((item) => ({
    ...item,
    files: files.get(item.name) ?? [],
  }));
  const { problems } = list.database();
  return { packages: owning, problems: [...problems, withoutSources(path, packages.size)] };
}

function inflated(bytes: Uint8Array): string | undefined {
  try {
    return zstdDecompressSync(bytes, { maxOutputLength: INFLATED }).toString('utf8');
  } catch {
    return undefined;
  }
}

const NAME = /^[a-z0-9][a-z0-9+.-]{0,255}$/;
const VERSION = /^[A-Za-z0-9.+~:-]{1,256}$/;

function packageOf(item: JsonObject): DatabasePackage | undefined {
  const [name = '', version = ''] = [textField(item, 'name'), textField(item, 'version')];
  if (!NAME.test(name) || !VERSION.test(version)) return undefined;
  const architecture = textField(item, 'arch', 64) ?? '';
  return { name, version, architecture, source: name, sourceVersion: version };
}

/** A slice is called `PACKAGE_SLICE`; a path of several slices counts to the first. */
function takePath(files: Map<string, string[]>, item: JsonObject): void {
  const slices = item['slices'];
  const first: unknown = Array.isArray(slices) ? slices[0] : undefined;
  const path = textField(item, 'path', 4096)?.replace(/^\//, '') ?? '';
  if (typeof first !== 'string' || !isOwnable(path)) return;
  const owner = first.slice(0, Math.max(first.indexOf('_'), 0));
  const own = files.get(owner) ?? [];
  if (own.length < FILES) own.push(path);
  files.set(owner, own);
}

function damaged(path: string, reason: string): PackageDatabase {
  const message = `the package database ${path} could not be read: ${reason}`;
  return { packages: [], problems: [{ code: 'database-damaged', message, fatal: true }] };
}

function withoutSources(path: string, count: number): PackageDatabase['problems'][number] {
  const message =
    `${path} names ${count} packages without their sources, which the advisories of Ubuntu are ` +
    'of; build the image with a var/lib/dpkg/status beside it';
  return { code: 'sources-unknown', message, fatal: true };
}
