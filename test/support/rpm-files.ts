/** Makes the containers of rpm databases, as bytes: what rpm of Debian does not write itself. */

type RpmTag = string | number | readonly string[] | readonly number[];

/** A header of some texts and numbers by tag, as rpm databases keep it. */
export function rpmHeader(tags: Readonly<Record<number, RpmTag>>): Buffer {
  const entries: Buffer[] = [];
  let data = Buffer.alloc(0);
  for (const [tag, value] of Object.entries(tags)) {
    const items: readonly (string | number)[] = typeof value === 'object' ? value : [value];
    const numbers = items.filter((item) => typeof item === 'number');
    if (numbers.length > 0) data = Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
    const textType = typeof value === 'string' ? 6 : 8;
    const type = numbers.length > 0 ? 4 : textType;
    entries.push(bigEndian(Number(tag), type, data.length, items.length));
    const texts = Buffer.from(items.map((text) => `${text}\0`).join(''));
    data = Buffer.concat([data, numbers.length > 0 ? bigEndian(...numbers) : texts]);
  }
  return Buffer.concat([bigEndian(entries.length, data.length), ...entries, data]);
}

/** A header as {@link rpmHeader} makes it, of a package with these names. */
export function rpmPackageHeader(name: string, version: string, release: string): Buffer {
  const sourceRpm = `${name}-${version}-${release}.src.rpm`;
  return rpmHeader({ 1000: name, 1001: version, 1002: release, 1022: 'x86_64', 1044: sourceRpm });
}

/** `Packages.db` of SUSE's rpm: one page of slots, then the blobs. */
export function ndbFile(headers: readonly Uint8Array[]): Buffer {
  const slots = Buffer.alloc(4096);
  littleEndian(word('RpmP'), 0, 7, 1, headers.length + 1).copy(slots);
  for (let at = 32; at < 4096; at += 16) slots.writeUInt32LE(word('Slot'), at);
  const blobs: Buffer[] = [];
  let offset = 4096 / 16;
  for (const [index, header] of headers.entries()) {
    const units = Math.ceil((header.length + 28) / 16);
    const blob = Buffer.alloc(units * 16);
    littleEndian(word('BlkS'), index + 1, 7, header.length).copy(blob);
    blob.set(header, 16);
    littleEndian(0, header.length, word('BlkE')).copy(blob, blob.length - 12);
    littleEndian(word('Slot'), index + 1, offset, units).copy(slots, 32 + index * 16);
    blobs.push(blob);
    offset += units;
  }
  return Buffer.concat([slots, ...blobs]);
}

/** `Packages` of the old rpm: a Berkeley hash of one bucket, values on overflow pages. */
export function bdbFile(headers: readonly Uint8Array[], little = true): Buffer {
  const size = 512;
  const items = [bdbKey(0, little), inline(bdbNumber(headers.length + 1, little))];
  const overflow: Buffer[] = [];
  for (const [index, header] of headers.entries()) {
    const first = 3 + overflow.length;
    overflow.push(...overflowPages(header, { first, size, little }));
    const item = Buffer.alloc(12);
    item[0] = 3;
    bdbNumber(first, little).copy(item, 4);
    bdbNumber(header.length, little).copy(item, 8);
    items.push(bdbKey(index + 1, little), item);
  }
  const last = 2 + overflow.length;
  const hash = hashPage(items, { number: 2, size, little });
  const empty = hashPage([], { number: 1, size, little });
  return Buffer.concat([metaPage(last, { size, little }), empty, hash, ...overflow]);
}

interface PageShape {
  readonly size: number;
  readonly little: boolean;
}

/** Two buckets, of pages 1 and 2. */
function metaPage(last: number, { size, little }: PageShape): Buffer {
  const page = Buffer.alloc(size);
  const numbers: readonly (readonly [number, number])[] = [
    [12, 0x061561],
    [16, 9],
    [20, size],
    [32, last],
    [72, 1],
    [76, 1],
    [80, 0],
    [96, 1],
    [100, 1],
  ];
  for (const [at, value] of numbers) bdbNumber(value, little).copy(page, at);
  page[25] = 8;
  return page;
}

function hashPage(
  items: readonly Buffer[],
  shape: PageShape & { readonly number: number },
): Buffer {
  const { number, size, little } = shape;
  const page = Buffer.alloc(size);
  let end = size;
  for (const [index, item] of items.entries()) {
    end -= item.length;
    item.copy(page, end);
    bdbShort(end, little).copy(page, 26 + index * 2);
  }
  bdbNumber(number, little).copy(page, 8);
  bdbShort(items.length, little).copy(page, 20);
  bdbShort(end, little).copy(page, 22);
  page[25] = 13;
  return page;
}

function overflowPages(value: Uint8Array, shape: PageShape & { readonly first: number }): Buffer[] {
  const { first, size, little } = shape;
  const room = size - 26;
  const count = Math.ceil(value.length / room);
  return Array.from({ length: count }, (_, index) => {
    const page = Buffer.alloc(size);
    const part = value.subarray(index * room, (index + 1) * room);
    bdbNumber(first + index, little).copy(page, 8);
    bdbNumber(index + 1 < count ? first + index + 1 : 0, little).copy(page, 16);
    bdbShort(1, little).copy(page, 20);
    bdbShort(part.length, little).copy(page, 22);
    page[25] = 7;
    page.set(part, 26);
    return page;
  });
}

function bdbKey(key: number, little: boolean): Buffer {
  return inline(bdbNumber(key, little));
}

function inline(value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([1]), value]);
}

function bdbNumber(value: number, little: boolean): Buffer {
  return little ? littleEndian(value) : bigEndian(value);
}

function bdbShort(value: number, little: boolean): Buffer {
  return little ? littleEndian(value).subarray(0, 2) : bigEndian(value).subarray(2);
}

function bigEndian(...values: readonly number[]): Buffer {
  return Buffer.from(littleEndian(...values)).swap32();
}

function littleEndian(...values: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}

function word(text: string): number {
  return Buffer.from(text).readUInt32LE();
}
