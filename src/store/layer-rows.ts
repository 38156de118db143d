/** Layer facts in the store: a blob is read once per extractor version. */
import type { Digest } from '../domain/digest.ts';
import type { LayerFacts } from '../domain/layer-facts.ts';
import type { LayerFactsTable } from './schema.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

const byDigest = statement((sql, p: { digest: string; version: number }) =>
  sql
    .selectFrom('layer_facts')
    .select('facts')
    .where('digest', '=', p.digest)
    .where('extractor_version', '=', p.version),
);

const upsertFacts = statement((sql, p: LayerFactsTable) =>
  sql
    .insertInto('layer_facts')
    .values({ digest: p.digest, extractor_version: p.extractor_version, facts: p.facts })
    .onConflict((conflict) =>
      conflict
        .columns(['digest', 'extractor_version'])
        .doUpdateSet((kept) => ({ facts: kept.ref('excluded.facts') })),
    ),
);

/** The facts of a layer blob as that extractor version read them, or undefined. */
export async function findLayerFacts(
  db: Reader,
  digest: Digest,
  extractorVersion: number,
): Promise<LayerFacts | undefined> {
  const row = await db.first(byDigest({ digest, version: extractorVersion }));
  return row && parseStored<LayerFacts>(row.facts);
}

/** Keeps the facts of a layer blob. */
export async function saveLayerFacts(
  tx: Tx,
  facts: LayerFacts,
  extractorVersion: number,
): Promise<void> {
  const { digest } = facts;
  await tx.run(
    upsertFacts({ digest, extractor_version: extractorVersion, facts: formatStored(facts) }),
  );
}
