/**
 * The baseline of an import: a process that unzips every record of every `all.zip` below a folder
 * and parses it as JSON, and does nothing else. Plain JavaScript, so that it strips no types.
 * Usage: node unzip-records.mjs FOLDER
 */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';

const END = Buffer.from('504b0506', 'hex');
let records = 0;

for (const path of globSync(join(process.argv[2], '**/all.zip'))) {
  const bytes = readFileSync(path);
  const end = bytes.lastIndexOf(END);
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) at = readRecord(bytes, at);
}
process.stdout.write(`${records}\n`);

/** Reads the record whose row of the directory stands at `at`; answers where the next one does. */
function readRecord(bytes, at) {
  const nameLength = bytes.readUInt16LE(at + 28);
  const name = bytes.toString('utf8', at + 46, at + 46 + nameLength);
  if (name.endsWith('.json')) {
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const packed = bytes.subarray(start, start + bytes.readUInt32LE(at + 20));
    const plain = bytes.readUInt16LE(at + 10) === 8 ? inflateRawSync(packed) : packed;
    JSON.parse(plain.toString('utf8'));
    records += 1;
  }
  return at + 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
}
