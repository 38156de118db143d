/**
 * The members of a package set as they are kept: small, for there are as many sets as images. Ids
 * are differences from the one before (packages of one image were numbered together), places of
 * paths and origins are runs, for the packages of a database share its path and those of a tree
 * have each the next one.
 */
import type { PackageOrigin } from '../domain/software-package.ts';
import { parseStored } from './stored-json.ts';

/** Paths once each, and for every member its package, its path's place and its origin. */
export interface KeptMembers {
  readonly paths: readonly string[];
  readonly members: readonly (readonly [id: number, path: number, origin: PackageOrigin])[];
}

/** The columns that members are kept in. */
export interface MemberColumns {
  /** The form of earlier versions; empty where `packed` holds them. */
  readonly members: string;
  readonly packed: Uint8Array | null;
  readonly paths: string | null;
}

/** Prints members. */
export function packMembers({ paths, members }: KeptMembers): MemberColumns {
  const bytes: number[] = [];
  writeNumber(bytes, members.length);
  let before = 0;
  for (const [id] of members) {
    writeSigned(bytes, id - before);
    before = id;
  }
  for (const { length, step, declared } of runsOf(members)) {
    writeNumber(bytes, length);
    writeSigned(bytes, step * 2 + (declared ? 1 : 0));
  }
  return { members: '', packed: Uint8Array.from(bytes), paths: JSON.stringify(paths) };
}

/** Reads members, of this form or the earlier one. */
export function readMembers({ members, packed, paths }: MemberColumns): KeptMembers {
  if (packed === null) return parseStored<KeptMembers>(members);
  const ids = readMemberIds({ members, packed });
  const read: (readonly [number, number, PackageOrigin])[] = [];
  forEachRun(packed, ids.at, (from, to, { path, step, declared }) => {
    const origin = declared ? 'declared' : 'installed';
    for (let at = from; at < to; at += 1) {
      read.push([ids.values[at] ?? 0, path + step * (at - from), origin]);
    }
  });
  return { paths: JSON.parse(paths ?? '[]') as string[], members: read };
}

/** Ids of packages in the set's order, and where the runs begin behind them. */
export interface MemberIds {
  readonly values: Uint32Array | readonly number[];
  readonly at: number;
}

/** The packages of a set, in its order. */
export function readMemberIds(row: Pick<MemberColumns, 'members' | 'packed'>): MemberIds {
  const { packed } = row;
  if (packed === null) {
    return { values: parseStored<KeptMembers>(row.members).members.map(([id]) => id), at: 0 };
  }
  const cursor = { bytes: packed, at: 0 };
  const values = new Uint32Array(readNumber(cursor));
  return { values, at: readIds(packed, cursor.at, values) };
}

/**
 * One loop without calls, in integers of 32 bits, for it runs for each package of each image;
 * answers where it ended.
 */
function readIds(bytes: Uint8Array, start: number, values: Uint32Array): number {
  let from = start;
  let id = 0;
  for (let place = 0; place < values.length; place += 1) {
    let byte = bytes[from++] ?? 0;
    let value = byte & 0x7f;
    for (let shift = 7; byte >= 0x80; shift += 7) {
      byte = bytes[from++] ?? 0;
      value |= (byte & 0x7f) << shift;
    }
    id += (value >>> 1) ^ -(value & 1);
    values[place] = id;
  }
  return from;
}

/** The packages of a set that are installed; one in two files stands there twice. */
export function readInstalledIds(
  row: Pick<MemberColumns, 'members' | 'packed'>,
): Uint32Array | readonly number[] {
  const { packed } = row;
  if (packed === null) {
    const { members } = parseStored<KeptMembers>(row.members);
    return members.flatMap(([id, , origin]) => (origin === 'installed' ? [id] : []));
  }
  const { values, at } = readMemberIds(row);
  let installed: Uint32Array | undefined;
  let count = 0;
  forEachRun(packed, at, (from, to, { declared }) => {
    if (declared) installed ??= Uint32Array.from(values);
    if (declared) return;
    installed?.set(values.slice(from, to), count);
    count += to - from;
  });
  return installed === undefined ? values : installed.subarray(0, count);
}

interface Run {
  readonly path: number;
  readonly step: number;
  readonly declared: boolean;
}

/** Each run begins with the place behind its predecessor's last, plus its step. */
function forEachRun(
  bytes: Uint8Array,
  start: number,
  take: (from: number, to: number, run: Run) => void,
): void {
  const cursor = { bytes, at: start };
  let from = 0;
  let last = 0;
  while (cursor.at < bytes.length) {
    const length = readNumber(cursor);
    const mixed = readSigned(cursor);
    const declared = (mixed & 1) === 1;
    const step = (mixed - (declared ? 1 : 0)) / 2;
    take(from, from + length, { path: last + step, step, declared });
    last += step * length;
    from += length;
  }
}

interface LongRun {
  length: number;
  readonly step: number;
  readonly declared: boolean;
}

function runsOf(members: KeptMembers['members']): readonly LongRun[] {
  const runs: LongRun[] = [];
  let last = 0;
  for (const [, path, origin] of members) {
    const step = path - last;
    const declared = origin === 'declared';
    const run = runs.at(-1);
    if (run !== undefined && run.step === step && run.declared === declared) run.length += 1;
    else runs.push({ length: 1, step, declared });
    last = path;
  }
  return runs;
}

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/** A whole number from 0 on, seven bits a byte, the lowest first. */
function writeNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
}

function readNumber(cursor: Cursor): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = cursor.bytes[cursor.at] ?? 0;
    cursor.at += 1;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 0x80;
  }
}

/** Small numbers of either sign are small. */
function writeSigned(bytes: number[], value: number): void {
  writeNumber(bytes, value < 0 ? -2 * value - 1 : 2 * value);
}

function readSigned(cursor: Cursor): number {
  const value = readNumber(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}
