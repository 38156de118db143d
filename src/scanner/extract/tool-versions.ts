/** asdf's and mise's `.tool-versions`: which releases of tools a folder is worked on with. */
import type { PackageDatabase } from './package-database.ts';
import { newPackageList } from './package-list.ts';
import { decodeLossy, textLines } from './text-lines.ts';

const MOST = 100;

/** Reads lines of a tool and its versions; `system`, `latest`, folders and checkouts are none. */
export function readToolVersions(bytes: Uint8Array, path: string): PackageDatabase {
  const list = newPackageList(path, 'declared');
  for (const { text } of textLines(decodeLossy(bytes).text)) {
    const [tool = '', ...versions] = (text.split('#', 1)[0] ?? '').trim().split(/\s+/, MOST);
    for (const version of versions) {
      if (/\d/.test(version) && !/^(?:ref|path|latest|prefix):/.test(version))
        list.add(tool, version);
      else list.remark(`asks for ${JSON.stringify(tool.slice(0, 200))} without an exact version`);
    }
  }
  return list.database();
}
