/**
 * Where the files of a tar lie, so that an archive of many gigabytes is walked once by its headers
 * and then read in place, never unpacked. Headers are read by the same code as a layer's.
 */
import type { FileHandle } from 'node:fs/promises';

import { AssayError } from '../domain/error.ts';
import { cleanEntryPath, joinPath, parentPath } from '../image/entry-path.ts';
import type { PaxRecords } from '../image/pax-records.ts';
import { applyPaxRecords, parsePaxRecords } from '../image/pax-records.ts';
import type { TarHeader } from '../image/tar-header.ts';
import { isZeroBlock, parseTarHeader, TAR_BLOCK } from '../image/tar-header.ts';

/** One member: where its bytes are, or where a link leads (a path inside the archive). */
export interface TarMember {
  readonly start: number;
  readonly size: number;
  readonly link?: string;
}

/** An open tar, what to call it, and how many members it may have. */
export interface TarFile {
  readonly handle: FileHandle;
  readonly name: string;
  readonly size: number;
  readonly maxEntries: number;
}

/** What the extended headers before a member say of it. */
interface Extended {
  readonly records: PaxRecords;
  readonly name?: string;
  readonly linkName?: string;
}

const MAX_EXTENDED = 1024 * 1024;
const MAX_LINKS = 8;
const NOTHING: Extended = { records: new Map() };

/** Members by clean path, the last of equal names winning. Refuses a damaged or cut-off tar. */
export async function indexTar(tar: TarFile): Promise<ReadonlyMap<string, TarMember>> {
  const members = new Map<string, TarMember>();
  let position = 0;
  try {
    for (let extended = NOTHING; ;) {
      const block = await readBytes(tar, position, TAR_BLOCK);
      if (isZeroBlock(block)) return members;
      const raw = parseTarHeader(block);
      const start = position + TAR_BLOCK;
      const isExtension = 'xgLK'.includes(raw.type);
      const header = isExtension ? raw : extend(raw, extended);
      if (start + header.size > tar.size) throw new Error('its last file is cut off');
      if (isExtension) {
        extended = { ...extended, ...(await readExtension(tar, raw, start)) };
      } else {
        addMember(members, header, start);
        extended = NOTHING;
      }
      if (members.size > tar.maxEntries) throw new Error('it has too many files');
      position = start + Math.ceil(header.size / TAR_BLOCK) * TAR_BLOCK;
    }
  } catch (cause) {
    throw damaged(tar, position, cause);
  }
}

/** The regular file under a path, following links inside the archive; undefined: there is none. */
export function findMember(
  members: ReadonlyMap<string, TarMember>,
  path: string,
): TarMember | undefined {
  let member = members.get(cleanEntryPath(path).path);
  for (let step = 0; step < MAX_LINKS && member?.link !== undefined; step += 1) {
    member = members.get(member.link);
  }
  return member?.link === undefined ? member : undefined;
}

function extend(header: TarHeader, extended: Extended): TarHeader {
  const merged = applyPaxRecords(header, extended.records);
  return {
    ...merged,
    name: extended.name ?? merged.name,
    linkName: extended.linkName ?? merged.linkName,
  };
}

function addMember(members: Map<string, TarMember>, header: TarHeader, start: number): void {
  const { path } = cleanEntryPath(header.name);
  if (header.sparse) throw new Error('it has a sparse file, which no docker save writes');
  if (header.type === '0' || header.type === '7') members.set(path, { start, size: header.size });
  const base = header.type === '2' && !header.linkName.startsWith('/') ? parentPath(path) : '';
  if (header.type !== '1' && header.type !== '2') return;
  const link = cleanEntryPath(joinPath(base, header.linkName)).path;
  members.set(path, { start, size: 0, link });
}

async function readExtension(
  tar: TarFile,
  header: TarHeader,
  start: number,
): Promise<Partial<Extended>> {
  if (header.size > MAX_EXTENDED) throw new Error('an extended header is too large');
  const bytes = await readBytes(tar, start, header.size);
  const text = bytes.toString('utf8').split('\0', 1)[0] ?? '';
  if (header.type === 'L') return { name: text };
  if (header.type === 'K') return { linkName: text };
  return header.type === 'x' ? { records: parsePaxRecords(bytes) } : {};
}

async function readBytes(tar: TarFile, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await tar.handle.read(buffer, 0, length, position);
  if (bytesRead < length) throw new Error('it ends too early');
  return buffer;
}

function damaged(tar: TarFile, position: number, cause: unknown): AssayError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  return new AssayError(
    'invalid-image',
    `${tar.name} is not a whole tar archive: at byte ${position}, ${problem}; save the image again`,
    { cause },
  );
}
