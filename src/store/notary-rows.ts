/** Approved roots of Notary repositories, and the versions of their roles that were seen. */
import { decodeBase64, encodeBase64 } from '../domain/base64.ts';
import type { Micros } from '../domain/time.ts';
import type { NotaryRootTable, NotaryVersionTable } from './notary-tables.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';

/** A root that somebody approved for a repository of a project. */
export interface ApprovedRoot {
  readonly project: string;
  readonly gun: string;
  readonly fingerprint: string;
  readonly root: Uint8Array;
  readonly approver: string;
  readonly approveTime: Micros;
}

/** A repository as trust in it started: from the root with this fingerprint. */
export interface NotaryAnchor {
  readonly project: string;
  readonly gun: string;
  readonly anchor: string;
}

const rootsOf = statement((sql, p: { project: string }) =>
  sql.selectFrom('notary_root').selectAll().where('project', '=', p.project).orderBy('gun'),
);

const rootOf = statement((sql, p: { project: string; gun: string }) =>
  sql
    .selectFrom('notary_root')
    .selectAll()
    .where('project', '=', p.project)
    .where('gun', '=', p.gun),
);

const putRoot = statement((sql, p: NotaryRootTable) =>
  sql
    .insertInto('notary_root')
    .values({
      project: p.project,
      gun: p.gun,
      fingerprint: p.fingerprint,
      root: p.root,
      approver: p.approver,
      approve_time: p.approve_time,
    })
    .onConflict((conflict) =>
      conflict.columns(['project', 'gun']).doUpdateSet((kept) => ({
        fingerprint: kept.ref('excluded.fingerprint'),
        root: kept.ref('excluded.root'),
        approver: kept.ref('excluded.approver'),
        approve_time: kept.ref('excluded.approve_time'),
      })),
    ),
);

const versionsOf = statement((sql, p: NotaryAnchor) =>
  sql
    .selectFrom('notary_version')
    .select(['role', 'version'])
    .where('project', '=', p.project)
    .where('gun', '=', p.gun)
    .where('anchor', '=', p.anchor),
);

const putVersion = statement((sql, p: NotaryVersionTable) =>
  sql
    .insertInto('notary_version')
    .values({
      project: p.project,
      gun: p.gun,
      anchor: p.anchor,
      role: p.role,
      version: p.version,
      seen_time: p.seen_time,
    })
    .onConflict((conflict) =>
      conflict.columns(['project', 'gun', 'anchor', 'role']).doUpdateSet((kept) => ({
        version: kept.ref('excluded.version'),
        seen_time: kept.ref('excluded.seen_time'),
      })),
    ),
);

/** A project's approved roots by repository. */
export async function listApprovedRoots(db: Reader, project: string): Promise<ApprovedRoot[]> {
  return (await db.all(rootsOf({ project }))).map(fromRow);
}

/** The approved root of a repository. */
export async function findApprovedRoot(
  db: Reader,
  project: string,
  gun: string,
): Promise<ApprovedRoot | undefined> {
  const [row] = await db.all(rootOf({ project, gun }));
  return row === undefined ? undefined : fromRow(row);
}

/** Keeps an approved root in place of an earlier one. */
export async function saveApprovedRoot(tx: Tx, approved: ApprovedRoot): Promise<void> {
  const { root, approveTime, ...rest } = approved;
  await tx.run(putRoot({ ...rest, root: encodeBase64(root), approve_time: approveTime }));
}

/** The highest version that was seen of each role. */
export async function readSeenVersions(
  db: Reader,
  anchor: NotaryAnchor,
): Promise<Readonly<Record<string, number>>> {
  const rows = await db.all(versionsOf(anchor));
  return Object.fromEntries(rows.map(({ role, version }) => [role, Number(version)]));
}

/** Keeps a version that was seen; the caller has seen to it that it is no lower one. */
export async function saveSeenVersion(
  tx: Tx,
  anchor: NotaryAnchor,
  seen: { readonly role: string; readonly version: number; readonly time: Micros },
): Promise<void> {
  const { role, version, time } = seen;
  await tx.run(putVersion({ ...anchor, role, version, seen_time: time }));
}

function fromRow(row: NotaryRootTable): ApprovedRoot {
  return {
    project: row.project,
    gun: row.gun,
    fingerprint: row.fingerprint,
    root: decodeBase64(row.root),
    approver: row.approver,
    approveTime: row.approve_time,
  };
}
