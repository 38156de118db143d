/**
 * Who waits for the scan of which image. Several projects may wait for one digest: each has a row
 * of its own, and all rows have one job. A row goes when the image is scanned; one that failed
 * stays for some time, so that the reason can be read.
 */
import type { Digest } from '../domain/digest.ts';
import type { ErrorCode } from '../domain/error.ts';
import type { ScanOrigin } from '../domain/scan-origin.ts';
import type { Micros } from '../domain/time.ts';
import type { ScanRequestTable } from './scan-schema.ts';
import { statement } from './sql-builder.ts';
import type { Reader, Tx } from './store-contract.ts';
import { formatStored, parseStored } from './stored-json.ts';

/** Why the last try failed. */
export interface ScanFailure {
  readonly code: ErrorCode;
  readonly message: string;
}

/** A project that waits for an image. */
export interface ScanRequest {
  readonly project: string;
  /** `registry/path@digest`, or `registry/path:tag` while the digest is not known. */
  readonly resourceUri: string;
  readonly jobKey: string;
  readonly state: 'waiting' | 'failed';
  readonly origin: ScanOrigin;
  readonly requestTime: Micros;
  readonly changeTime: Micros;
  /** Tags that were said to point at it, to be compared with what the registry says. */
  readonly tags: readonly string[];
  /** Whether registries of our own network may be called for it. */
  readonly inner: boolean;
  /** Tries that failed. */
  readonly failures: number;
  readonly failure?: ScanFailure;
}

type Body = Pick<ScanRequest, 'tags' | 'inner' | 'failures' | 'failure'>;

const byKey = statement((sql, p: { project: string; resourceUri: string }) =>
  sql
    .selectFrom('scan_request')
    .selectAll()
    .where('project', '=', p.project)
    .where('resource_uri', '=', p.resourceUri),
);

const ofJob = statement((sql, p: { jobKey: string; limit: number }) =>
  sql
    .selectFrom('scan_request')
    .selectAll()
    .where('job_key', '=', p.jobKey)
    .where('state', '=', 'waiting')
    .orderBy('project')
    .orderBy('resource_uri')
    .limit(p.limit),
);

const countOfState = statement((sql, p: { project: string; state: string }) =>
  sql
    .selectFrom('scan_request')
    .select((on) => on.fn.countAll<number>().as('count'))
    .where('project', '=', p.project)
    .where('state', '=', p.state),
);

const upsert = statement((sql, p: ScanRequestTable) =>
  sql
    .insertInto('scan_request')
    .values({
      project: p.project,
      resource_uri: p.resource_uri,
      job_key: p.job_key,
      state: p.state,
      origin: p.origin,
      request_time: p.request_time,
      change_time: p.change_time,
      body: p.body,
    })
    .onConflict((conflict) =>
      conflict.columns(['project', 'resource_uri']).doUpdateSet((kept) => ({
        job_key: kept.ref('excluded.job_key'),
        state: kept.ref('excluded.state'),
        origin: kept.ref('excluded.origin'),
        request_time: kept.ref('excluded.request_time'),
        change_time: kept.ref('excluded.change_time'),
        body: kept.ref('excluded.body'),
      })),
    ),
);

const remove = statement((sql, p: { project: string; resourceUri: string }) =>
  sql
    .deleteFrom('scan_request')
    .where('project', '=', p.project)
    .where('resource_uri', '=', p.resourceUri),
);

/** Keeps a request, in place of an earlier one for the same image. */
export async function saveScanRequest(tx: Tx, request: ScanRequest): Promise<void> {
  const { tags, inner, failures, failure } = request;
  const body: Body = { tags, inner, failures, ...(failure && { failure }) };
  await tx.run(
    upsert({
      project: request.project,
      resource_uri: request.resourceUri,
      job_key: request.jobKey,
      state: request.state,
      origin: request.origin,
      request_time: request.requestTime,
      change_time: request.changeTime,
      body: formatStored(body),
    }),
  );
}

/** A project's request for an image, or undefined. */
export async function findScanRequest(
  db: Reader,
  key: { readonly project: string; readonly resourceUri: string },
): Promise<ScanRequest | undefined> {
  const row = await db.first(byKey(key));
  return row && toRequest(row);
}

/** Those that wait for a job. */
export async function listRequestsOfJob(
  db: Reader,
  jobKey: string,
  limit: number,
): Promise<ScanRequest[]> {
  return (await db.all(ofJob({ jobKey, limit }))).map(toRequest);
}

/** How many images of a project wait. */
export async function countWaitingRequests(db: Reader, project: string): Promise<number> {
  return Number((await db.first(countOfState({ project, state: 'waiting' })))?.count ?? 0);
}

/** A project's requests by resource URI, from one on to below another. */
export async function listScanRequests(
  db: Reader,
  list: {
    readonly project: string;
    readonly from: string;
    readonly below: string;
    readonly limit: number;
    /** Without those whose digest is not known yet. */
    readonly withDigest: boolean;
  },
): Promise<ScanRequest[]> {
  const all = db.sql
    .selectFrom('scan_request')
    .selectAll()
    .where('project', '=', list.project)
    .where('resource_uri', '>=', list.from)
    .where('resource_uri', '<', list.below)
    .orderBy('resource_uri')
    .limit(list.limit);
  // A digest has no slash, and the name of a repository always has one.
  const rows = list.withDigest ? all.where('job_key', 'not like', '%/%') : all;
  return (await db.all(rows)).map(toRequest);
}

/** Deletes a request: the image was scanned, or is not asked for any more. */
export async function deleteScanRequest(
  tx: Tx,
  key: { readonly project: string; readonly resourceUri: string },
): Promise<void> {
  await tx.run(remove(key));
}

/** Deletes what failed before a time; answers how many rows that were. */
export function pruneScanRequests(tx: Tx, before: Micros): Promise<number> {
  const failed = tx.sql.deleteFrom('scan_request').where('state', '=', 'failed');
  return tx.run(failed.where('change_time', '<', before));
}

/** Deletes the oldest of a project's failed requests where there are more than some. */
export async function keepFewFailed(tx: Tx, project: string, most: number): Promise<void> {
  const count = await tx.first(countOfState({ project, state: 'failed' }));
  const extra = Number(count?.count ?? 0) - most;
  if (extra <= 0) return;
  const failed = tx.sql
    .selectFrom('scan_request')
    .select(['project', 'resource_uri as resourceUri'])
    .where('project', '=', project)
    .where('state', '=', 'failed');
  await tx.runMany(remove, await tx.all(failed.orderBy('change_time').limit(extra)));
}

/** The digest of a request; undefined: it is of a tag. */
export function digestOfRequest({ resourceUri }: ScanRequest): Digest | undefined {
  const at = resourceUri.lastIndexOf('@');
  // Written from a Digest only.
  return at < 0 ? undefined : (resourceUri.slice(at + 1) as Digest);
}

function toRequest(row: ScanRequestTable): ScanRequest {
  return {
    project: row.project,
    resourceUri: row.resource_uri,
    jobKey: row.job_key,
    state: row.state === 'failed' ? 'failed' : 'waiting',
    // Written from a ScanOrigin only.
    origin: row.origin as ScanOrigin,
    requestTime: row.request_time,
    changeTime: row.change_time,
    ...parseStored<Body>(row.body),
  };
}
