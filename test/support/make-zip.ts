/** Zip archives made by a test, also such as no honest program writes. */
import { crc32, deflateRawSync } from 'node:zlib';

/** A file of an archive, and what its header says where that is not what it is. */
export interface ZipItem {
  readonly name: string;
  readonly text: string | Buffer;
  readonly flags?: number;
  readonly method?: number;
  readonly crc?: number;
}

/** The archive with these files, in their order. */
export function makeZip(items: readonly ZipItem[]): Buffer {
  const files: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { name, text, flags = 0x800, method = 8, crc } of items) {
    const raw = Buffer.from(text);
    const data = method === 0 ? raw : deflateRawSync(raw);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(flags, 2);
    fields.writeUInt16LE(method, 4);
    fields.writeUInt32LE(crc ?? crc32(raw), 10);
    fields.writeUInt32LE(data.length, 14);
    fields.writeUInt32LE(raw.length, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), data]);
    central.push(Buffer.from('PK\x01\x02\x14\x00'), fields, tail, Buffer.from(name));
    files.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 0, 'latin1');
  end.writeUInt16LE(items.length, 8);
  end.writeUInt16LE(items.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, directory, end]);
}
