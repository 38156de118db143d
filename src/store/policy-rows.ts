/** Policy documents in the store: every revision is kept, the highest is the current one. */
import { AssayError } from '../domain/error.ts';
import { sameEtag } from '../domain/etag.ts';
import type { ImageTrustPolicy } from '../domain/image-trust-policy.ts';
import type { BinauthzPolicy, PolicyRevision } from '../domain/policy-document.ts';
import type { RegoPolicy } from '../domain/rego-policy.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';
import type { PolicyDocumentTable } from './schema.ts';

/** What the documents of each kind say. */
interface PolicyBodies {
  readonly BinauthzPolicy: BinauthzPolicy;
  readonly SystemPolicy: BinauthzPolicy;
  readonly ImageTrustPolicy: ImageTrustPolicy;
  readonly RegoPolicy: RegoPolicy;
}

/** Kinds of policy documents. */
export type PolicyKind = keyof PolicyBodies;
type BinauthzKind = 'BinauthzPolicy' | 'SystemPolicy';

/** What a policy document is found by. */
export interface PolicyId<Kind extends PolicyKind = BinauthzKind> {
  readonly project: string;
  readonly kind: Kind;
  readonly name: string;
}

/** A kept document of a kind. */
export type KeptPolicy<Kind extends PolicyKind> = PolicyRevision<Kind, PolicyBodies[Kind]>;

/** A revision to be kept; its number is given by the store. */
export type NewPolicy<Kind extends PolicyKind = BinauthzKind> = Omit<KeptPolicy<Kind>, 'revision'>;

const current = statement((sql, p: PolicyId<PolicyKind>) =>
  sql
    .selectFrom('policy_document')
    .selectAll()
    .where('project', '=', p.project)
    .where('kind', '=', p.kind)
    .where('name', '=', p.name)
    .orderBy('revision', 'desc')
    .limit(1),
);

const insertPolicy = statement((sql, p: PolicyDocumentTable) =>
  sql.insertInto('policy_document').values({
    project: p.project,
    kind: p.kind,
    name: p.name,
    revision: p.revision,
    source: p.source,
    parsed: p.parsed,
    create_time: p.create_time,
    etag: p.etag,
  }),
);

const currentRevision = statement((sql, p: PolicyId<PolicyKind>) =>
  sql
    .selectFrom('policy_document')
    .select('revision')
    .where('project', '=', p.project)
    .where('kind', '=', p.kind)
    .where('name', '=', p.name)
    .orderBy('revision', 'desc')
    .limit(1),
);

/** Documents that one store keeps parsed; each may be as large as a request's body. */
const PARSED_DOCUMENTS = 32;
const PARSED = new WeakMap<Reader, Map<string, KeptPolicy<PolicyKind>>>();

/**
 * The current revision, or undefined. A revision never changes once it is committed, so that it is
 * parsed once however often it is asked for; within a transaction it is always read.
 */
export async function findPolicy<Kind extends PolicyKind>(
  db: Reader,
  id: PolicyId<Kind>,
): Promise<KeptPolicy<Kind> | undefined> {
  if ('run' in db) return findCurrent(db, id);
  const found = await db.first(currentRevision(id));
  if (found === undefined) return undefined;
  const parsed = PARSED.get(db) ?? new Map<string, KeptPolicy<PolicyKind>>();
  PARSED.set(db, parsed);
  const key = JSON.stringify([id.project, id.kind, id.name]);
  const known = parsed.get(key);
  // The kind is part of the key.
  if (known?.revision === Number(found.revision)) return known as KeptPolicy<Kind>;
  const document = await findCurrent(db, id);
  parsed.delete(key);
  if (document !== undefined) parsed.set(key, document);
  const oldest = parsed.size > PARSED_DOCUMENTS ? parsed.keys().next() : undefined;
  if (oldest?.value !== undefined) parsed.delete(oldest.value);
  return document;
}

async function findCurrent<Kind extends PolicyKind>(
  db: Reader,
  id: PolicyId<Kind>,
): Promise<KeptPolicy<Kind> | undefined> {
  const row = await db.first(current(id));
  return row && fromRow(row, id.kind);
}

/**
 * Keeps the next revision. With `expectedEtag` the current one must have it, byte for byte; else
 * `aborted`.
 */
export async function putPolicy<Kind extends PolicyKind>(
  tx: Tx,
  policy: NewPolicy<Kind>,
  expectedEtag?: string,
): Promise<KeptPolicy<Kind>> {
  const before = await findPolicy(tx, policy);
  if (expectedEtag !== undefined && !sameEtag(expectedEtag, before?.etag ?? '')) {
    throw staleEtag(policy);
  }
  const kept = { ...policy, revision: (before?.revision ?? 0) + 1 };
  await tx.run(insertPolicy(toRow(kept)));
  tx.changed();
  return kept;
}

function staleEtag({ project, name }: PolicyId<PolicyKind>): AssayError {
  return new AssayError(
    'aborted',
    `projects/${project}/${name} has changed since it was read (its etag differs): ` +
      'read it again, repeat the change, and send it with the new etag',
  );
}

function toRow(policy: KeptPolicy<PolicyKind>): PolicyDocumentTable {
  const { createTime, parsed, ...rest } = policy;
  return { ...rest, parsed: formatStored({ policy: parsed }), create_time: createTime };
}

function fromRow<Kind extends PolicyKind>(
  { create_time, parsed, ...rest }: PolicyDocumentTable,
  kind: Kind,
): KeptPolicy<Kind> {
  // Written from a document of this kind only.
  const { policy } = parseStored<{ policy: PolicyBodies[Kind] }>(parsed);
  return { ...rest, kind, parsed: policy, createTime: create_time };
}
