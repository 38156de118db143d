/** Projects in the store. */
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';

/** A project. */
export interface Project {
  readonly id: string;
  readonly createTime: Micros;
}

const byId = statement((sql, p: { id: string }) =>
  sql.selectFrom('project').select(['id', 'create_time as createTime']).where('id', '=', p.id),
);

const insertProject = statement((sql, p: Project) =>
  sql
    .insertInto('project')
    .values({ id: p.id, create_time: p.createTime })
    .onConflict((conflict) => conflict.doNothing()),
);

/** A project by id, or undefined. */
export function findProject(db: Reader, id: string): Promise<Project | undefined> {
  return db.first(byId({ id }));
}

/** All projects by id; at most 10,000. */
export function listProjects(db: Reader): Promise<Project[]> {
  const columns = ['id', 'create_time as createTime'] as const;
  return db.all(db.sql.selectFrom('project').select(columns).orderBy('id').limit(10_000));
}

/** Creates a project; false where it exists. */
export async function createProject(tx: Tx, project: Project): Promise<boolean> {
  const created = (await tx.run(insertProject(project))) === 1;
  if (created) tx.changed();
  return created;
}
