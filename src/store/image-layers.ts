/** Which layer of an image brought a package in, without its packages being read. */
import type { Digest } from '../domain/digest.ts';
import type { LayerOrigins } from '../domain/image-layer.ts';
import { type ImageBody, readRuns } from './image-rows.ts';
import { readMembers } from './package-members.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';
import { parseStored } from './stored-json.ts';

/** The layers of an image as they were kept. */
export interface LayeredPackages {
  readonly digest: Digest;
  /** Lowest first. */
  readonly layers: readonly Digest[];
  readonly origins?: LayerOrigins;
  /** The layer of the package of that id that was read from that path; undefined: not known. */
  readonly layerOf: (packageId: number, path: string) => Digest | undefined;
}

const byDigest = statement((sql, p: { digest: string }) =>
  sql
    .selectFrom('image')
    .innerJoin('package_set', 'package_set.id', 'image.package_set')
    .select(['image.body', 'members', 'packed', 'paths'])
    .where('image.digest', '=', p.digest),
);

/** The layers of an image that was read; undefined where it was not. */
export async function findLayeredPackages(
  db: Reader,
  digest: Digest,
): Promise<LayeredPackages | undefined> {
  const row = await db.first(byDigest({ digest }));
  if (row === undefined) return undefined;
  const { layers, packageLayers, layerRuns, origins } = parseStored<ImageBody>(row.body);
  const places = packageLayers ?? readRuns(layerRuns ?? []);
  const { paths, members } = readMembers(row);
  const found = new Map<string, Digest>();
  for (const [at, [packageId, path]] of members.entries()) {
    const layer = layers[places[at] ?? -1];
    if (layer !== undefined) found.set(`${packageId} ${paths[path] ?? ''}`, layer);
  }
  const layerOf = (packageId: number, path: string) => found.get(`${packageId} ${path}`);
  return { digest, layers, ...(origins !== undefined && { origins }), layerOf };
}
