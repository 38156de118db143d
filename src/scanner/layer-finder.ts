/** Since which layer a package is there: a file that holds many is rewritten by layers above. */
import type { Digest } from '../domain/digest.ts';
import type { Json } from '../domain/json.ts';
import type { TreeFile } from '../image/walk-tree.ts';
import { databaseFromJson, type DatabasePackage } from './extract/package-database.ts';

/** What an extractor made of a file in one layer. */
export interface FileVersion {
  readonly layer: Digest;
  readonly data: Json;
}

/** What this extractor made of the file; another one's reading of it is no use. */
export function dataOf({ entry }: TreeFile, extractor: string): Json | undefined {
  return entry.extracted?.extractor === extractor ? entry.extracted.data : undefined;
}

/** The data of the files that it replaced and its own, oldest first. */
export function versionsOf(file: TreeFile, extractor: string): readonly FileVersion[] {
  return [...file.earlier, file].map((version) => ({
    layer: version.layer,
    data: dataOf(version, extractor) ?? { packages: [], problems: [] },
  }));
}

/** The first layer from which on every version of the database holds that package version. */
export function layerFinder(
  versions: readonly FileVersion[],
): (item: DatabasePackage) => Digest | undefined {
  const [only] = versions;
  if (versions.length === 1) return () => only?.layer;
  const sets = versions
    .map(({ layer, data }) => ({
      layer,
      keys: new Set(databaseFromJson(data).packages.map(packageKey)),
    }))
    .reverse();
  return (item) => {
    const gone = sets.findIndex(({ keys }) => !keys.has(packageKey(item)));
    return sets.at(gone === -1 ? -1 : gone - 1)?.layer;
  };
}

function packageKey({ name, version, architecture }: DatabasePackage): string {
  return `${name} ${version} ${architecture}`;
}
