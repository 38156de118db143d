/** Where the parts of an ELF, PE or Mach-O executable lie in its file and in memory. */

/** A part of an executable that is loaded. */
export interface Segment {
  readonly offset: number;
  readonly size: number;
  readonly address: number;
  /** Whether it has nothing but code. */
  readonly executable: boolean;
}

/** How many bytes from the start hold what is read. */
export const SEGMENT_BYTES = 32 * 1024;
const SEGMENTS = 256;

/** The segments by the file's first bytes; none where those are of no kind that is known. */
export function readSegments(head: Buffer): readonly Segment[] {
  try {
    if (head.length < 64) return [];
    const magic = head.readUInt32BE(0);
    if (magic === 0x7f454c46) return elfSegments(head);
    if (head.toString('latin1', 0, 2) === 'MZ') return peSegments(head);
    return MACH_O.has(magic) ? machSegments(head, magic) : [];
  } catch (error) {
    // The header points beyond the bytes that are at hand.
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** The offset in the file of an address in memory. */
export function fileOffset(segments: readonly Segment[], address: number): number | undefined {
  const found = segments.find(
    (item) => address >= item.address && address < item.address + item.size,
  );
  return found === undefined ? undefined : found.offset + address - found.address;
}

interface Numbers {
  readonly u16: (at: number) => number;
  readonly u32: (at: number) => number;
  /** An address or size; those beyond 2^53 are of no use and rounded. */
  readonly word: (at: number) => number;
}

function numbersOf(head: Buffer, big: boolean, wide: boolean): Numbers {
  const u16 = (at: number): number => (big ? head.readUInt16BE(at) : head.readUInt16LE(at));
  const u32 = (at: number): number => (big ? head.readUInt32BE(at) : head.readUInt32LE(at));
  const u64 = (at: number): number =>
    Number(big ? head.readBigUInt64BE(at) : head.readBigUInt64LE(at));
  return { u16, u32, word: wide ? u64 : u32 };
}

const LOAD = 1;

/** ELF program headers (System V ABI, chapter 5). */
function elfSegments(head: Buffer): readonly Segment[] {
  const wide = head[4] === 2;
  const { u16, u32, word } = numbersOf(head, head[5] === 2, wide);
  const table = word(wide ? 32 : 28);
  const entry = u16(wide ? 54 : 42);
  const count = Math.min(u16(wide ? 56 : 44), SEGMENTS);
  const step = wide ? 8 : 4;
  const rows = Array.from({ length: count }, (_, index) => table + index * entry);
  return rows
    .filter((at) => u32(at) === LOAD)
    .map((at) => {
      const fields = at + step;
      return {
        offset: word(fields),
        address: word(fields + step),
        size: word(fields + 3 * step),
        // With the file's own header lie constants too: not all linkers part them from the code.
        executable: (u32(at + (wide ? 4 : 24)) & 1) !== 0 && word(fields) > 0,
      };
    });
}

/** PE sections (PE format, section table). */
function peSegments(head: Buffer): readonly Segment[] {
  const { u16, u32, word } = numbersOf(head, false, true);
  const header = u32(60);
  if (head.toString('latin1', header, header + 4) !== 'PE\0\0') return [];
  const optional = header + 24;
  const base = u16(optional) === 0x20b ? word(optional + 24) : u32(optional + 28);
  const table = optional + u16(header + 20);
  const count = Math.min(u16(header + 6), SEGMENTS);
  return Array.from({ length: count }, (_, index) => {
    const at = table + index * 40;
    return {
      offset: u32(at + 20),
      size: u32(at + 16),
      address: base + u32(at + 12),
      executable: (u32(at + 36) & 0x20000000) !== 0,
    };
  });
}

const MACH_O: ReadonlySet<number> = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe]);

/** Mach-O segment commands (mach-o/loader.h). */
function machSegments(head: Buffer, magic: number): readonly Segment[] {
  const wide = (magic & 0xff) === 0xcf || magic === 0xcffaedfe;
  const { u32, word } = numbersOf(head, magic >>> 24 === 0xfe, wide);
  const step = wide ? 8 : 4;
  const segments: Segment[] = [];
  let at = wide ? 32 : 28;
  for (let left = Math.min(u32(16), SEGMENTS); left > 0; left -= 1) {
    const size = u32(at + 4);
    if (u32(at) === (wide ? 0x19 : 1)) {
      const [address, offset] = [word(at + 24), word(at + 24 + 2 * step)];
      // Constants lie beside the code in __TEXT, so that none counts as code alone.
      segments.push({ address, offset, size: word(at + 24 + 3 * step), executable: false });
    }
    if (size < 8) break;
    at += size;
  }
  return segments;
}
