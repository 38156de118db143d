/** Debian's database of packages: `status`, and the one-package files of distroless images. */
import {
  readDatabase,
  type BlockError,
  type DatabasePackage,
  type PackageDatabase,
  type ReadBlock,
} from './package-database.ts';
import type { TextLine } from './text-lines.ts';

/**
 * Reads dpkg's status format (deb-control(5), dpkg(1) "PACKAGE STATES"). Every state counts as
 * installed but `not-installed` and `config-files`: a package that is only half installed or
 * half configured has files on the disk. Stanzas without a state (distroless) are installed.
 */
export function readDpkgStatus(bytes: Uint8Array, path: string): PackageDatabase {
  return readDatabase(bytes, path, (lines) => readStanza(lines, DPKG));
}

/** Reads opkg's status, which is dpkg's but for underscores in names and versions. */
export function readOpkgStatus(bytes: Uint8Array, path: string): PackageDatabase {
  return readDatabase(bytes, path, (lines) => readStanza(lines, OPKG));
}

/** How names and versions are spelt. */
interface Spelling {
  readonly name: RegExp;
  readonly version: RegExp;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9+.-]*$/;
const VERSION = /^[A-Za-z0-9.+~:-]+$/;
const DPKG: Spelling = { name: NAME, version: VERSION };
const OPKG: Spelling = { name: /^[A-Za-z0-9][\w+.-]*$/, version: /^[\w.+~:-]+$/ };
const SOURCE = /^([A-Za-z0-9][A-Za-z0-9+.-]*)(?:\s+\(([A-Za-z0-9.+~:-]+)\))?$/;

function readStanza(lines: readonly TextLine[], spelling: Spelling): ReadBlock {
  const fields = readFields(lines);
  if ('error' in fields) return fields;
  const first = lines[0]?.number ?? 1;
  const name = fields.get('package') ?? '';
  if (!spelling.name.test(name)) return wrong(first, `has no valid Package field (${quote(name)})`);
  if (!isOnDisk(fields.get('status'))) return {};
  const version = fields.get('version') ?? '';
  if (!spelling.version.test(version)) {
    return wrong(first, `has no valid Version field (${quote(version)}) for package ${name}`);
  }
  const architecture = fields.get('architecture') ?? '';
  return withSource(fields.get('source'), { name, version, architecture, first });
}

interface Binary {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  readonly first: number;
}

/**
 * The source is `NAME` or `NAME (VERSION)` where it differs; without one it is the package's own.
 */
function withSource(field: string | undefined, { first, ...binary }: Binary): ReadBlock {
  const own: DatabasePackage = { ...binary, source: binary.name, sourceVersion: binary.version };
  if (field === undefined) return { package: own };
  const match = SOURCE.exec(field);
  const source = match?.[1];
  if (source === undefined) {
    const reason =
      `has no valid Source field (${quote(field)}); the name ${binary.name} ` + `stands for it`;
    return { package: own, warning: { line: first, reason } };
  }
  return { package: { ...own, source, sourceVersion: match?.[2] ?? binary.version } };
}

function readFields(
  lines: readonly TextLine[],
): Map<string, string> | { readonly error: BlockError } {
  const fields = new Map<string, string>();
  for (const { number, text } of lines) {
    if (/^[ \t]/.test(text) && fields.size > 0) continue;
    const colon = text.indexOf(':');
    const key = text.slice(0, Math.max(colon, 0)).toLowerCase();
    if (!/^[!-9;-~]+$/.test(key)) return wrong(number, `has no "Field: value" (${quote(text)})`);
    if (fields.has(key)) return wrong(number, `has the field ${quote(key)} a second time`);
    fields.set(key, text.slice(colon + 1).trim());
  }
  return fields;
}

function isOnDisk(status: string | undefined): boolean {
  const state = status?.split(/\s+/).at(-1);
  return state !== 'not-installed' && state !== 'config-files';
}

function wrong(line: number, reason: string): { readonly error: BlockError } {
  return { error: { line, reason } };
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
