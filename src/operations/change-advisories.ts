/**
 * Single records of a family added, replaced and taken away, without the rest of it: what feeds
 * bring between two whole imports. Few records are one transaction; more are batches behind a
 * generation. Either way a scan sees all of them or none.
 */
import { ADVISORY_DATE_LEEWAY, newestMoment } from '../domain/advisory.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import type { Micros } from '../domain/time.ts';
import type { AdvisoryRecord } from '../remote/advisory-export.ts';
import { beginAdvisoryImport, removeUnseen } from '../store/advisory-import.ts';
import {
  type AdvisoryImport,
  openImport,
  removeRecords,
  replaceRecords,
} from '../store/advisory-import-rows.ts';
import { type ImportedSource, listAdvisorySources } from '../store/advisory-rows.ts';
import { type PreparedAdvisory, prepareAdvisory } from '../store/prepared-advisory.ts';
import type { Reader, Tx } from '../store/store-contract.ts';
import { chunksOf } from '../store/stored-json.ts';
import type { Deps } from './deps.ts';
import { type FamilyReading, OSV_READING, readRecord } from './family-reading.ts';
import { publishAdvisories } from './publish-advisories.ts';

/** Records in one transaction: well below the bound on a write's time. */
const BATCH = 200;

/** What changes, by whom. */
export interface AdvisoryChanges {
  readonly caller: Caller;
  /** Whose records they are: the name of the export that has the rest of them. */
  readonly family: string;
  /** New records, and those that take the place of the family's records of the same id. */
  readonly records: AsyncIterable<AdvisoryRecord>;
  /** Ids of records that are no longer published; a withdrawn record may come in `records`. */
  readonly removed: readonly string[];
  /** How a record is read; absent: as OSV's. */
  readonly reading?: FamilyReading;
  /** The date as of which the family is whole with this change; absent: its newest record's. */
  readonly asOf?: Micros;
}

/** What came of it. */
export interface ChangedAdvisories {
  /** Records that were given. */
  readonly records: number;
  /** Records that came, went or were replaced; equal ones do not count. */
  readonly changed: number;
}

/**
 * Changes a family. Refuses a broken record as `invalid-advisory` and changes nothing then, and is
 * `aborted` where another import of the family comes to its end first.
 */
export async function changeAdvisories(
  deps: Deps,
  changes: AdvisoryChanges,
): Promise<ChangedAdvisories> {
  const { caller, family, removed } = changes;
  authorise(caller, 'assay.advisories.import', undefined);
  const batches = parsedBatches(changes);
  const first = await batches.next();
  const second = await batches.next();
  const begun = { id: deps.newId(), family, time: deps.now() };
  const small = second.done === true && removed.length <= BATCH;
  const { open, records } = small
    ? await changeAtOnce(deps, changes, { begun, advisories: first.value ?? [] })
    : await changeInBatches(deps, changes, { begun, first, second, batches });
  await removeUnseen(deps.store, open);
  return { records, changed: open.changed };
}

type Begun = Parameters<typeof openImport>[1];

interface Changing {
  readonly open: AdvisoryImport;
  readonly records: number;
}

function changeAtOnce(
  deps: Deps,
  changes: AdvisoryChanges,
  {
    begun,
    advisories,
  }: { readonly begun: Begun; readonly advisories: readonly PreparedAdvisory[] },
): Promise<Changing> {
  return deps.store.write(async (tx) => {
    const open = await openImport(tx, begun);
    await removeRecords(tx, open, changes.removed);
    await replaceRecords(tx, open, advisories);
    const dates = datesOf(deps, advisories);
    await publish(deps, tx, { changes, open, dates });
    return { open, records: advisories.length };
  });
}

interface Batches {
  readonly begun: Begun;
  readonly first: IteratorResult<readonly PreparedAdvisory[], void>;
  readonly second: IteratorResult<readonly PreparedAdvisory[], void>;
  readonly batches: AsyncGenerator<readonly PreparedAdvisory[], void>;
}

async function changeInBatches(
  deps: Deps,
  changes: AdvisoryChanges,
  { begun, first, second, batches }: Batches,
): Promise<Changing> {
  const open = await beginAdvisoryImport(deps.store, begun);
  for (const ids of chunksOf(changes.removed, BATCH)) {
    await deps.store.write((tx) => removeRecords(tx, open, ids), 'with-next');
  }
  const dates = new Map<string, Micros>();
  let records = 0;
  const take = async (advisories: readonly PreparedAdvisory[]): Promise<void> => {
    records += advisories.length;
    for (const [ecosystem, date] of datesOf(deps, advisories)) {
      dates.set(ecosystem, Math.max(date, dates.get(ecosystem) ?? 0));
    }
    await deps.store.write((tx) => replaceRecords(tx, open, advisories), 'with-next');
    deps.progress(`${open.family}: ${records} records`);
  };
  if (first.done !== true) await take(first.value);
  if (second.done !== true) await take(second.value);
  for await (const advisories of batches) await take(advisories);
  await deps.store.write((tx) => publish(deps, tx, { changes, open, dates }));
  return { open, records };
}

interface Publishing {
  readonly changes: AdvisoryChanges;
  readonly open: AdvisoryImport;
  /** The newest change of each ecosystem's records among these. */
  readonly dates: ReadonlyMap<string, Micros>;
}

async function publish(deps: Deps, tx: Tx, { changes, open, dates }: Publishing): Promise<void> {
  const sources = await nextSources(tx, { changes, open, dates });
  const { caller } = changes;
  const records = sources.reduce((sum, source) => sum + source.records, 0);
  const action = 'change-advisories';
  await publishAdvisories(deps, tx, { caller, action, open, sources, records });
}

/** The family's sources as they were, with what came and went; one without a record goes. */
async function nextSources(
  db: Reader,
  { changes, open, dates }: Publishing,
): Promise<ImportedSource[]> {
  const { family, growth } = open;
  const kept = (await listAdvisorySources(db)).filter((one) => one.family === family);
  const known = new Set(kept.map(({ ecosystem }) => ecosystem));
  const source = kept[0]?.source ?? (changes.reading ?? OSV_READING).source(family);
  const added = [...growth.keys()].filter((ecosystem) => !known.has(ecosystem));
  // A release that is new in an export that is whole is whole with it.
  const whole = new Set(kept.filter(({ complete }) => complete).map(baseOf));
  const fresh = added.map((ecosystem) => {
    const complete = whole.has(baseOf({ ecosystem }));
    return { family, ecosystem, source, updated: 0, records: 0, complete };
  });
  return [...kept, ...fresh]
    .map((one) => ({
      ...one,
      records: one.records + (growth.get(one.ecosystem) ?? 0),
      updated: Math.max(one.updated, changes.asOf ?? dates.get(one.ecosystem) ?? 0),
    }))
    .filter(({ records }) => records > 0);
}

function baseOf({ ecosystem }: Pick<ImportedSource, 'ecosystem'>): string {
  return ecosystem.split(':', 1)[0] ?? '';
}

/** A date in the future is not believed: data would never grow old. Nor is one before any data. */
function datesOf(deps: Deps, advisories: readonly PreparedAdvisory[]): ReadonlyMap<string, Micros> {
  const latest = deps.now() + ADVISORY_DATE_LEEWAY;
  const dates = new Map<string, Micros>();
  for (const advisory of advisories) {
    const newest = newestMoment(advisory, latest);
    if (newest === undefined) continue;
    for (const { ecosystem } of advisory.names) {
      dates.set(ecosystem, Math.max(newest, dates.get(ecosystem) ?? 0));
    }
  }
  return dates;
}

async function* parsedBatches({
  family,
  records,
  reading = OSV_READING,
}: AdvisoryChanges): AsyncGenerator<readonly PreparedAdvisory[], void> {
  let batch: PreparedAdvisory[] = [];
  for await (const record of records) {
    for (const advisory of readRecord(record, family, reading)) {
      batch.push(prepareAdvisory(advisory));
    }
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
