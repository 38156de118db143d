/** Clusters of projects in the store. */
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';

/** A cluster, keyed `location.name` in admission rules. */
export interface Cluster {
  readonly project: string;
  readonly location: string;
  readonly name: string;
  readonly createTime: Micros;
}

/** What a cluster is found by. */
export type ClusterId = Omit<Cluster, 'createTime'>;

const COLUMNS = ['project', 'location', 'name', 'create_time as createTime'] as const;

const byId = statement((sql, p: ClusterId) =>
  sql
    .selectFrom('cluster')
    .select(COLUMNS)
    .where('project', '=', p.project)
    .where('location', '=', p.location)
    .where('name', '=', p.name),
);

const insertCluster = statement((sql, p: Cluster) =>
  sql
    .insertInto('cluster')
    .values({ project: p.project, location: p.location, name: p.name, create_time: p.createTime })
    .onConflict((conflict) => conflict.doNothing()),
);

/** A cluster, or undefined. */
export function findCluster(db: Reader, id: ClusterId): Promise<Cluster | undefined> {
  return db.first(byId(id));
}

/** The clusters of a project by location and name; at most 10,000. */
export function listClusters(db: Reader, project: string): Promise<Cluster[]> {
  const rows = db.sql.selectFrom('cluster').select(COLUMNS).where('project', '=', project);
  return db.all(rows.orderBy('location').orderBy('name').limit(10_000));
}

/** Adds a cluster; false where it exists. */
export async function addCluster(tx: Tx, cluster: Cluster): Promise<boolean> {
  const added = (await tx.run(insertCluster(cluster))) === 1;
  if (added) tx.changed();
  return added;
}
