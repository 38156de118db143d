/** Names inside a tar, made into clean paths of one virtual tree that nothing can leave. */

/** A cleaned name: `outside` where a `..` tried to leave the root (the path is then clamped). */
export interface EntryPath {
  /** Relative, without `.`, `..` and empty parts; empty for the root itself. */
  readonly path: string;
  readonly outside: boolean;
}

/** Cleans a name as written: leading `./` and `/` go, `a/../b` becomes `b`. */
export function cleanEntryPath(name: string): EntryPath {
  // Most need no more than that: image builders write `./etc`, and directories with a slash.
  const path = name.slice(name.startsWith('./') ? 2 : 0, name.endsWith('/') ? -1 : undefined);
  if (!NEEDS_WORK.test(path)) return { path, outside: false };
  const parts: string[] = [];
  let outside = false;
  for (const part of name.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.pop() === undefined) outside = true;
  }
  return { path: parts.join('/'), outside };
}

/** The last part of a clean path. */
export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** All but the last part of a clean path; empty at the root. */
export function parentPath(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 0));
}

/** `directory/name`, where the directory may be the root. */
export function joinPath(directory: string, name: string): string {
  return directory === '' ? name : `${directory}/${name}`;
}

const NEEDS_WORK = /^$|^\/|\/\/|\/$|(?:^|\/)\.{1,2}(?:\/|$)/;
