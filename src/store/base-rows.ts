/** Known images whose layers are the lowest ones of another. */
import { sql } from 'kysely';
import type { Digest } from '../domain/digest.ts';
import { among, listParameter } from './raw-statement.ts';
import { statement } from './sql-builder.ts';
import type { Reader } from './store-contract.ts';

/** An image that a project has sighted, by the ChainID of all its layers. */
export interface ChainedImage {
  readonly chainId: Digest;
  readonly digest: Digest;
  /** `repository@digest`. */
  readonly name: string;
}

/** Images that are looked at; more of the same layers would not change what is said. */
const MAX_IMAGES = 1000;

const sightedByChain = statement((builder, p: { readonly project: string; chains: string }) =>
  builder
    .selectFrom('image')
    .innerJoin('image_sighting', 'image_sighting.digest', 'image.digest')
    .select(['chain_id', 'image.digest', 'resource_uri'])
    .where('project', '=', p.project)
    .where(among(builder, sql.ref('chain_id'), { of: 'text', values: p.chains }))
    .orderBy('first_seen')
    .orderBy('resource_uri')
    .limit(MAX_IMAGES),
);

/** The images with one of those ChainIDs that the project has sighted, the first sighted first. */
export async function findChainedImages(
  db: Reader,
  project: string,
  chains: readonly Digest[],
): Promise<ChainedImage[]> {
  if (chains.length === 0) return [];
  const rows = await db.all(sightedByChain({ project, chains: listParameter(chains) }));
  return rows.map((row) => ({
    chainId: row.chain_id as Digest,
    digest: row.digest as Digest,
    name: row.resource_uri,
  }));
}
