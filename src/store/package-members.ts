/**
 * The members of a package set as they are kept: small, for there are as many sets as images. Ids,
 * below 2^31, are differences from the one before (packages of one image were numbered together),
 * places of paths and origins are runs, for the packages of a database share its path and those of
 * a tree have each the next one.
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
  const ids = createIdBuffer();
  const to = packed.length;
  const start = readMembersInto(packed, { from: 0, to }, ids);
  const read: (readonly [number, number, PackageOrigin])[] = [];
  forEachRun(packed, { from: start, to }, ({ from, to: behind, path, step, declared }) => {
    const origin = declared ? 'declared' : 'installed';
    for (let at = from; at < behind; at += 1) {
      read.push([ids.values[at] ?? 0, path + step * (at - from), origin]);
    }
  });
  return { paths: JSON.parse(paths ?? '[]') as string[], members: read };
}

/** Ids that are read into one place again and again, for there are millions of them. */
export interface IdBuffer {
  values: Uint32Array;
  /** So many of them stand. */
  count: number;
}

/** Where in some bytes a set's members are. */
export interface PackedPlace {
  readonly from: number;
  readonly to: number;
}

/** An empty buffer; it grows by itself. */
export function createIdBuffer(): IdBuffer {
  return { values: new Uint32Array(1024), count: 0 };
}

/** Puts the ids of members into a buffer. */
export function keepIds(members: KeptMembers['members'], into: IdBuffer): void {
  makeRoom(into, members.length);
  for (const [at, [id]] of members.entries()) into.values[at] = id;
}

function makeRoom(into: IdBuffer, count: number): void {
  if (into.values.length < count) into.values = new Uint32Array(2 * count);
  into.count = count;
}

/** Reads the packages of a set, in its order; answers where the runs begin behind them. */
export function readMembersInto(bytes: Uint8Array, place: PackedPlace, into: IdBuffer): number {
  const cursor = { bytes, at: place.from };
  makeRoom(into, readNumber(cursor));
  return readIds(bytes, cursor.at, into);
}

/**
 * One loop without calls, in integers of 32 bits, for it runs for each package of each image;
 * answers where it ended.
 */
function readIds(bytes: Uint8Array, start: number, { values, count }: IdBuffer): number {
  let from = start;
  let id = 0;
  for (let place = 0; place < count; place += 1) {
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

/** Reads the packages of a set that are installed; one in two files stands there twice. */
export function readInstalledInto(bytes: Uint8Array, place: PackedPlace, into: IdBuffer): void {
  const start = readMembersInto(bytes, place, into);
  const { values } = into;
  let count = 0;
  forEachRun(bytes, { from: start, to: place.to }, ({ from, to, declared }) => {
    if (declared) return;
    if (from > count) values.copyWithin(count, from, to);
    count += to - from;
  });
  into.count = count;
}

/** Members from a place to before another, whose paths lie a step apart. */
interface Run {
  readonly from: number;
  readonly to: number;
  readonly path: number;
  readonly step: number;
  readonly declared: boolean;
}

/** Each run begins with the place behind its predecessor's last, plus its step. */
function forEachRun(bytes: Uint8Array, place: PackedPlace, take: (run: Run) => void): void {
  const cursor = { bytes, at: place.from };
  let from = 0;
  let last = 0;
  while (cursor.at < place.to) {
    const length = readNumber(cursor);
    const mixed = readSigned(cursor);
    const declared = (mixed & 1) === 1;
    const step = (mixed - (declared ? 1 : 0)) / 2;
    take({ from, to: from + length, path: last + step, step, declared });
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
