/**
 * Looks into executables as they pass by: what Go's linker and cargo-auditable write into them says
 * which packages they are built of. Little is held, however large the file is.
 */
import type { FileInspector, InspectedFile } from '../../image/file-inspector.ts';
import { type ByteWindow, newByteStream } from './byte-stream.ts';
import { readSegments, SEGMENT_BYTES, type Segment } from './executable-segments.ts';
import { newGoFinder } from './find-go-build-info.ts';
import { newRustFinder } from './find-rust-audit-data.ts';
import { goPackages } from './go-build-info.ts';
import type { PackageDatabase } from './package-database.ts';

/** ELF, PE, Mach-O of both widths and byte orders, and Mach-O for several architectures. */
const MAGICS: readonly string[] = [
  '7f454c46',
  '4d5a',
  'feedface',
  'feedfacf',
  'cefaedfe',
  'cffaedfe',
  'cafebabe',
];

/** Watches a file that begins as an executable does; undefined for all others. */
export function inspectExecutable(file: InspectedFile): FileInspector<PackageDatabase> | undefined {
  const head = Buffer.from(file.head).toString('hex');
  return MAGICS.some((magic) => head.startsWith(magic)) ? newInspector(file.path) : undefined;
}

function newInspector(path: string): FileInspector<PackageDatabase> {
  const stream = newByteStream();
  const go = newGoFinder(stream);
  const rust = newRustFinder(stream, path);
  let segments: readonly Segment[] = [];
  stream.keep(0, SEGMENT_BYTES, (head, ended) => {
    if (ended || head.length >= SEGMENT_BYTES) segments = readSegments(head);
    return undefined;
  });
  const look = (window: ByteWindow): void => {
    go.look(window, segments);
    if (go.found() === undefined) rust.look(window, segments);
  };
  return {
    push: (chunk) => stream.push(chunk, look),
    end: () => {
      stream.end();
      const found = go.found();
      return found === undefined ? rust.found() : goPackages(found, path);
    },
  };
}

/** The same for an executable that is at hand as a whole. */
export function readExecutable(bytes: Uint8Array, path: string): PackageDatabase {
  const file = { path, size: bytes.length, head: bytes.subarray(0, 4) };
  const inspector = inspectExecutable(file);
  inspector?.push(bytes);
  return inspector?.end() ?? { packages: [], problems: [] };
}
