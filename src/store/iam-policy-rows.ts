/** IAM policies in the store, by the resource that they are of. */
import { AssayError } from '../domain/error.ts';
import type { IamPolicy, IamResource } from '../domain/iam-policy.ts';
import type { Micros } from '../domain/time.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

type IamKey = Pick<IamResource, 'project' | 'kind' | 'id'>;

const byKey = statement((sql, p: IamKey) =>
  sql
    .selectFrom('iam_policy')
    .select(['etag', 'body'])
    .where('project', '=', p.project)
    .where('kind', '=', p.kind)
    .where('id', '=', p.id),
);

const putPolicy = statement((sql, p: IamKey & { etag: string; updateTime: Micros; body: string }) =>
  sql
    .insertInto('iam_policy')
    .values({
      project: p.project,
      kind: p.kind,
      id: p.id,
      etag: p.etag,
      update_time: p.updateTime,
      body: p.body,
    })
    .onConflict((conflict) =>
      conflict.columns(['project', 'kind', 'id']).doUpdateSet((row) => ({
        etag: row.ref('excluded.etag'),
        update_time: row.ref('excluded.update_time'),
        body: row.ref('excluded.body'),
      })),
    ),
);

const removePolicy = statement((sql, p: IamKey) =>
  sql
    .deleteFrom('iam_policy')
    .where('project', '=', p.project)
    .where('kind', '=', p.kind)
    .where('id', '=', p.id),
);

/** The policy that was set on a resource, or undefined. */
export async function findIamPolicy(db: Reader, of: IamResource): Promise<IamPolicy | undefined> {
  const row = await db.first(byKey(of));
  return row && { etag: row.etag, ...parseStored<Pick<IamPolicy, 'bindings'>>(row.body) };
}

/**
 * Sets the policy of a resource; with `expectedEtag` the kept one must have it, else `aborted`.
 * `before` is the etag of a resource without a policy.
 */
export async function setIamPolicy(
  tx: Tx,
  of: IamResource,
  change: {
    readonly policy: IamPolicy;
    readonly updateTime: Micros;
    readonly expectedEtag?: string | undefined;
    readonly unsetEtag: string;
  },
): Promise<void> {
  const { policy, updateTime, expectedEtag } = change;
  const before = (await findIamPolicy(tx, of))?.etag ?? change.unsetEtag;
  if (expectedEtag !== undefined && expectedEtag !== before) throw staleEtag(of);
  const body = formatStored({ bindings: policy.bindings });
  await tx.run(putPolicy({ ...of, etag: policy.etag, updateTime, body }));
}

/** Removes the policy of a resource that goes, so that one of the same name starts without. */
export async function deleteIamPolicy(tx: Tx, of: IamResource): Promise<void> {
  await tx.run(removePolicy(of));
}

function staleEtag({ name }: IamResource): AssayError {
  return new AssayError(
    'aborted',
    `the IAM policy of ${name} has changed since it was read (its etag differs): read it again, ` +
      'repeat the change, and send it with the new etag',
  );
}
