/** Carthage's `Cartfile.resolved`: a dependency a line, with its kind, address and version. */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { addressName } from './swift-resolved.ts';
import { decodeLossy, textLines } from './text-lines.ts';

const LINE = /^(github|git|binary)\s{1,64}"([^"]{1,1024})"\s{1,64}"([^"]{1,256})"/;

/** Reads it: a repository is named by its address, as Swift's packages are. */
export function readCarthageResolved(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const line = text.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, kind, address = '', version = ''] = LINE.exec(line) ?? [];
    if (kind === undefined) list.note('has a line that is no `kind "address" "version"`');
    else addPin(list, { name: nameOf(kind, address), version });
  }
  return list.database();
}

function nameOf(kind: string, address: string): string {
  const isShort = kind === 'github' && /^[\w.-]+\/[\w.-]+$/.test(address);
  return isShort ? `github.com/${address}` : addressName(address);
}

/** What is pinned to a commit has no version. */
function addPin(
  list: ReturnType<typeof newPackageList>,
  { name, version }: { readonly name: string; readonly version: string },
): void {
  if (/^[0-9a-f]{40}$/.test(version) || !/\d/.test(version)) {
    list.remark(`pins ${JSON.stringify(name.slice(0, 200))} to no version`);
  } else list.add(name, version.replace(/^v(?=\d)/, ''));
}
