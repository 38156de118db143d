/**
 * pnpm's lock file. It is YAML as one program writes it, read by lines: a YAML parser needs over
 * a second for a big one, and time that grows with the square for hostile ones.
 */
import {
  conflictAt,
  declaredPackages,
  isConflict,
  unreadLockFile,
  type LockEntry,
} from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/** Reads the `packages` of `pnpm-lock.yaml` of versions 5, 6 and 9 (and the older shrinkwrap). */
export function readPnpmLock(bytes: Uint8Array, path: string): PackageDatabase {
  const { text } = decodeLossy(bytes);
  const blocks: Block[] = [];
  let known = false;
  let inPackages = false;
  for (const { number, text: line } of textLines(text)) {
    if (isConflict(line)) return unreadLockFile(path, conflictAt(number));
    if (/^[^\s#]/.test(line)) {
      known ||= /^(?:lockfile|shrinkwrap)(?:Minor)?Version:/.test(line);
      inPackages = /^packages:\s*$/.test(line);
    } else if (inPackages) readLine(blocks, line);
  }
  if (!known) return unreadLockFile(path, 'it has no "lockfileVersion"');
  return declaredPackages(path, blocks.map(toEntry));
}

interface Block {
  readonly key: string;
  name?: string;
  version?: string;
}

/** `  KEY:` begins a package, `    name: …` and `    version: …` are fields of it. */
function readLine(blocks: Block[], line: string): void {
  const key = keyOf(line);
  if (key !== undefined) {
    blocks.push({ key: unquote(key) });
    return;
  }
  const [, field, value = ''] = /^ {2}[ :] (name|version): +(\S.*)$/.exec(line) ?? [];
  const block = blocks.at(-1);
  if (block === undefined) return;
  if (field === 'name') block.name ??= unquote(value.trim());
  if (field === 'version') block.version ??= unquote(value.trim());
}

/** Keys of over 1024 characters are written `  ? KEY`, and the first field behind `  : `. */
function keyOf(line: string): string | undefined {
  if (!/^ {2}[^\s:#]/.test(line)) return undefined;
  if (line.startsWith('  ? ')) return line.slice(4).trim();
  const end = line.trimEnd();
  if (end.endsWith(':')) return end.slice(2, -1);
  return /^ {2}(\S.*): \{.*\}$/.exec(end)?.[1];
}

/**
 * The fields name and version are there where the key is an address or a folder. A version begins
 * with a digit; else it is the address of what was not published.
 */
function toEntry({ key, name, version }: Block): LockEntry {
  const parts = keyParts(key);
  const found = version ?? parts.version;
  const known = name ?? parts.name;
  return /^\d/.test(found) ? { name: known, version: found } : { unclear: known };
}

interface KeyParts {
  readonly name: string;
  readonly version: string;
}

/**
 * `name@1.0.0(peer@2.0.0)` (9), the same behind a slash (6), `/name/1.0.0_peer@2.0.0` (5),
 * `/name/1.0.0/peer@2.0.0` (3), and those with the host of a registry before them.
 */
function keyParts(key: string): KeyParts {
  const bare = key.split('(', 1)[0] ?? '';
  const path = bare.startsWith('/')
    ? bare.slice(1)
    : bare.replace(/^[^/@]*(?:\.[^/@]*|:\d{1,5})\//, '');
  const [, name = key, version = ''] = /^((?:@[^/@]+\/)?[^/@]+)[@/](.+)$/.exec(path) ?? [];
  return { name, version: withoutPeers(version) };
}

/** No version has an underscore, which begins the peers of version 5, or a slash, as of 3. */
function withoutPeers(version: string): string {
  return /^\d/.test(version) ? (version.split(/[_/]/, 1)[0] ?? '') : version;
}

function unquote(text: string): string {
  const quoted = /^'(.*)'$/.exec(text) ?? /^"(.*)"$/.exec(text);
  return quoted?.[1] ?? text;
}
