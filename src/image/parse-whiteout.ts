/** Names by which a layer removes what lower ones have (OCI image-spec, layer.md, "Whiteouts"). */
import { baseName, joinPath, parentPath } from './entry-path.ts';

/** What is removed: one path, or all that a directory had; or nothing, for one of two reasons. */
export type Whiteout =
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'opaque'; readonly directory: string }
  /** Names that begin with the prefix twice are reserved, and no files. */
  | { readonly kind: 'reserved' }
  | { readonly kind: 'invalid' };

const PREFIX = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** Reads a clean path as a whiteout; undefined where it is none. */
export function parseWhiteout(path: string): Whiteout | undefined {
  const name = baseName(path);
  if (!name.startsWith(PREFIX)) return undefined;
  if (name === OPAQUE) return { kind: 'opaque', directory: parentPath(path) };
  const removed = name.slice(PREFIX.length);
  if (removed.startsWith(PREFIX)) return { kind: 'reserved' };
  if (['', '.', '..'].includes(removed)) return { kind: 'invalid' };
  return { kind: 'path', path: joinPath(parentPath(path), removed) };
}
