/** The authors whose VEX documents count in a project. */
import { AssayError } from '../domain/error.ts';
import type { VexAuthor } from '../domain/vex-document.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';
import type { VexAuthorTable } from './vex-tables.ts';

type AuthorBody = Pick<VexAuthor, 'keys'>;

const ofProject = statement((sql, p: { project: string }) =>
  sql.selectFrom('vex_author').selectAll().where('project', '=', p.project).orderBy('name'),
);

const upsert = statement((sql, p: VexAuthorTable) =>
  sql
    .insertInto('vex_author')
    .values({
      project: p.project,
      name: p.name,
      body: p.body,
      create_time: p.create_time,
      update_time: p.update_time,
    })
    .onConflict((conflict) =>
      conflict.columns(['project', 'name']).doUpdateSet((kept) => ({
        body: kept.ref('excluded.body'),
        update_time: kept.ref('excluded.update_time'),
      })),
    ),
);

/** A project's authors by name; operations keep them few. */
export async function listVexAuthors(db: Reader, project: string): Promise<VexAuthor[]> {
  return (await db.all(ofProject({ project }))).map(fromRow);
}

/** A project's author of a name; throws `not-found`. */
export async function requireVexAuthor(
  db: Reader,
  project: string,
  name: string,
): Promise<VexAuthor> {
  const found = (await listVexAuthors(db, project)).find((one) => one.name === name);
  if (found !== undefined) return found;
  const message = `project ${project} has no VEX author ${JSON.stringify(name.slice(0, 80))}`;
  throw new AssayError('not-found', `${message}; see: assay vex author list`);
}

/** Keeps an author, replacing the keys of an earlier one of that name. */
export async function saveVexAuthor(tx: Tx, author: VexAuthor): Promise<void> {
  const { project, name, keys, createTime, updateTime } = author;
  const times = { create_time: createTime, update_time: updateTime };
  await tx.run(upsert({ project, name, body: formatStored({ keys }), ...times }));
  tx.changed();
}

/** Deletes an author; its documents are the caller's concern. */
export async function deleteVexAuthor(tx: Tx, project: string, name: string): Promise<void> {
  const rows = tx.sql.deleteFrom('vex_author').where('project', '=', project);
  await tx.run(rows.where('name', '=', name));
  tx.changed();
}

function fromRow(row: VexAuthorTable): VexAuthor {
  return {
    project: row.project,
    name: row.name,
    ...parseStored<AuthorBody>(row.body),
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
