/**
 * rpm's "new database" (lib/backend/ndb/rpmpkg.c), which SUSE has: a header page, slots that say
 * where a package's blob lies, and the blobs. Little-endian words.
 */
import type { PackageDatabase } from './package-database.ts';
import { readRpmRecords, type RpmRecord } from './rpm-database.ts';

/** Reads `Packages.db`. What is wrong with it is a fatal problem of the answer. */
export function readRpmNdb(bytes: Uint8Array, path: string): PackageDatabase {
  return readRpmRecords(ndbRecords(bytes), path);
}

const PAGE = 4096;
const UNIT = 16;
/** The header takes the first two slots' place. */
const HEADER = 32;
const BLOB_HEAD = 16;
const BLOB_TAIL = 12;
const MAGIC = { file: word('RpmP'), slot: word('Slot'), blob: word('BlkS'), end: word('BlkE') };

function* ndbRecords(bytes: Uint8Array): Generator<RpmRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const damage = headDamage(view);
  if (damage !== undefined) return yield { damage };
  // A package is there once: slots that share blobs would make a small file a large answer.
  let left = bytes.length;
  for (let at = HEADER; at < slotsEnd(view); at += UNIT) {
    if (view.getUint32(at, true) !== MAGIC.slot) return yield { damage: `no slot at byte ${at}` };
    if (view.getUint32(at + 4, true) === 0) continue;
    const record = readBlob(view, at);
    left -= 'header' in record ? record.header.length : 0;
    if (left < 0) return yield { damage: 'its packages lie over each other' };
    yield record;
  }
}

function headDamage(view: DataView): string | undefined {
  if (view.byteLength < PAGE) return 'it is shorter than a page';
  if (view.getUint32(0, true) !== MAGIC.file) return 'it is no rpm ndb database';
  const version = view.getUint32(4, true);
  if (version !== 0) return `it is of version ${version}; 0 is read`;
  const end = slotsEnd(view);
  return end === 0 || end > view.byteLength ? 'its slots go beyond its end' : undefined;
}

function slotsEnd(view: DataView): number {
  return view.getUint32(12, true) * PAGE;
}

function readBlob(view: DataView, slot: number): RpmRecord {
  const index = view.getUint32(slot + 4, true);
  const start = view.getUint32(slot + 8, true) * UNIT;
  const size = view.getUint32(slot + 12, true) * UNIT;
  const damage = { damage: `the blob of package ${index} is damaged` };
  if (size < BLOB_HEAD + BLOB_TAIL || start + size > view.byteLength) return damage;
  const length = view.getUint32(start + 12, true);
  const end = start + size - BLOB_TAIL;
  const right =
    view.getUint32(start, true) === MAGIC.blob &&
    view.getUint32(start + 4, true) === index &&
    start + BLOB_HEAD + length <= end &&
    view.getUint32(end + 4, true) === length &&
    view.getUint32(end + 8, true) === MAGIC.end;
  if (!right) return damage;
  return { header: new Uint8Array(view.buffer, view.byteOffset + start + BLOB_HEAD, length) };
}

function word(text: string): number {
  return new DataView(new TextEncoder().encode(text).buffer).getUint32(0, true);
}
