/**
 * yarn's lock files, of version 1 (a form of its own) and of berry (a small part of YAML). Both are
 * blocks of a line of descriptors and indented fields, so that one reader by lines reads them; a
 * YAML parser would take seconds for what takes milliseconds here.
 */
import {
  conflictAt,
  declaredPackages,
  isConflict,
  lockEntry,
  unreadLockFile,
  type LockEntry,
} from './lock-file.ts';
import type { PackageDatabase } from './package-database.ts';
import { decodeLossy, textLines } from './text-lines.ts';

/**
 * Reads `yarn.lock`. Packages of git, of tarballs and of patches have the version that the file
 * gives; workspaces, links and portals are the project's own folders and no packages.
 */
export function readYarnLock(bytes: Uint8Array, path: string): PackageDatabase {
  const { text } = decodeLossy(bytes);
  const blocks = readBlocks(text);
  if ('reason' in blocks) return unreadLockFile(path, blocks.reason);
  return declaredPackages(path, blocks.found.flatMap(toEntry));
}

interface Block {
  /** The line of descriptors, without the colon at its end. */
  readonly head: string;
  version?: string;
  resolution?: string;
}

type Blocks = { readonly found: readonly Block[] } | { readonly reason: string };

function readBlocks(text: string): Blocks {
  const found: Block[] = [];
  for (const { number, text: line } of textLines(text)) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    if (isConflict(line)) return { reason: conflictAt(number) };
    const head = headOf(line);
    if (head !== undefined) found.push({ head });
    else if (!readField(found.at(-1), line)) {
      return { reason: `line ${number} is neither a package nor a field` };
    }
  }
  return { found };
}

/** `a@^1, b@^2:`; berry writes keys of over 1024 characters as `? KEY` before a line `:`. */
function headOf(line: string): string | undefined {
  if (line.startsWith('? ')) return line.slice(2);
  const end = line.trimEnd();
  return /^[^\s:]/.test(line) && end.endsWith(':') ? end.slice(0, -1) : undefined;
}

const FIELD = /^ {2}"?(version|resolution)"?:? +(\S.*)$/;

/** Tells whether the line may be a field of the block. */
function readField(block: Block | undefined, line: string): boolean {
  const [, key, value = ''] = FIELD.exec(line) ?? [];
  if (block !== undefined && key === 'version') block.version ??= unquote(value.trim());
  if (block !== undefined && key === 'resolution') block.resolution ??= unquote(value.trim());
  return line.startsWith(' ') || line.trimEnd() === ':';
}

function toEntry({ head, version, resolution }: Block): LockEntry[] {
  if (head === '__metadata') return [];
  const descriptor = resolution ?? unquote(head.split(', ')[0] ?? '');
  const { name, range } = splitDescriptor(descriptor);
  if (isOwn(range) || version === '0.0.0-use.local') return [];
  // A tarball's address may stand where a name would.
  return [name.includes('://') ? { unclear: 'an address' } : lockEntry(name, version)];
}

const ALIAS = /^npm:(@[^@/]+\/[^@]+|[^@]+(?=@)|[A-Za-z][\w.-]*$)/;

/** `NAME@RANGE`; of an alias, `npm:REAL@RANGE` or `npm:REAL` is the range. */
function splitDescriptor(descriptor: string): { readonly name: string; readonly range: string } {
  const at = descriptor.indexOf('@', 1);
  if (at === -1) return { name: descriptor, range: '' };
  const range = descriptor.slice(at + 1);
  const real = ALIAS.exec(range)?.[1];
  return { name: real ?? descriptor.slice(0, at), range };
}

function isOwn(range: string): boolean {
  return /^(?:workspace|link|portal):/.test(range);
}

function unquote(text: string): string {
  return /^(["']).*\1$/.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
