/** Bearer tokens in the store: only the hash of their secret is kept. */
import type { RoleName } from '../domain/role.ts';
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';

/** What is kept of a token. */
export interface StoredToken {
  /** Public id, for lists and revocation. */
  readonly id: string;
  /** Hash of the secret; never the secret. */
  readonly hash: string;
  readonly name: string;
  readonly roles: readonly RoleName[];
  /** The one project that it is bound to. */
  readonly project?: string;
  readonly createTime: Micros;
  readonly expireTime?: Micros;
  /** Who its bearer is in IAM's spelling, where it is not the token itself. */
  readonly member?: string;
}

interface TokenRow {
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly role: string;
  readonly project: string | null;
  readonly create_time: Micros;
  readonly expire_time: Micros | null;
  readonly member: string | null;
}

const byHash = statement((sql, p: { hash: string }) =>
  sql.selectFrom('token').selectAll().where('hash', '=', p.hash),
);

const insertToken = statement((sql, p: Omit<StoredToken, 'roles'> & { role: string }) =>
  sql.insertInto('token').values({
    id: p.id,
    hash: p.hash,
    name: p.name,
    role: p.role,
    project: p.project as string,
    create_time: p.createTime,
    expire_time: p.expireTime as number,
    member: p.member as string,
  }),
);

/** The token with that hash, expired or not, or undefined. */
export async function findToken(db: Reader, hash: string): Promise<StoredToken | undefined> {
  const row = await db.first(byHash({ hash }));
  return row && fromRow(row);
}

/** The token of a public id, or undefined. */
export async function findTokenById(db: Reader, id: string): Promise<StoredToken | undefined> {
  const row = await db.first(db.sql.selectFrom('token').selectAll().where('id', '=', id));
  return row && fromRow(row);
}

/** How many tokens are bound to a project; undefined asks for those that are bound to none. */
export async function countTokens(db: Reader, project: string | undefined): Promise<number> {
  const rows = db.sql.selectFrom('token').select((all) => all.fn.countAll().as('count'));
  const own =
    project === undefined ? rows.where('project', 'is', null) : rows.where('project', '=', project);
  return Number((await db.first(own))?.count ?? 0);
}

/** Removes the tokens that ended before a time. */
export async function deleteExpiredTokens(tx: Tx, before: Micros): Promise<void> {
  await tx.run(tx.sql.deleteFrom('token').where('expire_time', '<', before));
}

/** All tokens by time of creation; at most 10,000. */
export async function listTokens(db: Reader): Promise<StoredToken[]> {
  const rows = db.sql.selectFrom('token').selectAll().orderBy('create_time').orderBy('id');
  return (await db.all(rows.limit(10_000))).map(fromRow);
}

/** Keeps a token. */
export async function createToken(tx: Tx, { roles, ...token }: StoredToken): Promise<void> {
  await tx.run(insertToken({ ...token, role: roles.join(',') }));
  tx.changed();
}

/** Removes a token by its public id; false where there is none. */
export async function deleteToken(tx: Tx, id: string): Promise<boolean> {
  tx.changed();
  return (await tx.run(tx.sql.deleteFrom('token').where('id', '=', id))) === 1;
}

function fromRow(row: TokenRow): StoredToken {
  return {
    id: row.id,
    hash: row.hash,
    name: row.name,
    // Written from role names only, which have no commas.
    roles: row.role.split(',') as RoleName[],
    createTime: row.create_time,
    ...(row.project === null ? {} : { project: row.project }),
    ...(row.expire_time === null ? {} : { expireTime: row.expire_time }),
    ...(row.member === null ? {} : { member: row.member }),
  };
}
