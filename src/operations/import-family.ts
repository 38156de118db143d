/**
 * Importing a family of advisories: batch by batch behind a generation that one last update makes
 * visible, so that a scan sees the old data or the new, never a mixture. Records that are equal to
 * those of the last import stay as they are and cost no match. A broken record stops the import.
 */
import { setImmediate } from 'node:timers/promises';
import { ADVISORY_DATE_LEEWAY, type Advisory, type AdvisorySource } from '../domain/advisory.ts';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { AdvisoryExport, AdvisoryRecord } from '../remote/read-advisory-export.ts';
import type { FormName } from '../scanner/advisories/advisory-forms.ts';
import { parseOsvRecord } from '../scanner/advisories/parse-osv.ts';
import {
  addAdvisories,
  beginAdvisoryImport,
  publishAdvisoryImport,
} from '../store/advisory-import.ts';
import type { AdvisoryImport } from '../store/advisory-import-rows.ts';
import { type PreparedAdvisory, prepareAdvisory } from '../store/prepared-advisory.ts';
import type { Deps } from './deps.ts';
import { createTally } from './import-tally.ts';
import { publishAdvisories } from './publish-advisories.ts';

/** Records in one transaction: well below the bound on a write's time. */
const BATCH = 500;

/** Records that are read in one turn. */
const TURN = 16;

/** What is imported together. */
export interface AdvisoryFamily {
  readonly caller: Caller;
  readonly family: string;
  readonly exports: readonly AdvisoryExport<FormName>[];
  /** Whether they are said to be all that is published; absent: as their layout tells. */
  readonly complete?: boolean;
}

/** How the documents of a family become advisories. */
export interface FamilyReading {
  /** What its data are called where their age is shown. */
  readonly source: (family: string) => string;
  /** The advisories of one document; throws where it is broken. */
  readonly read: (record: AdvisoryRecord) => Iterable<Advisory>;
}

/** Imports a family; refuses an export without a record. */
export async function importFamily(
  deps: Deps,
  of: AdvisoryFamily,
  reading: FamilyReading,
): Promise<{ readonly records: number; readonly sources: readonly AdvisorySource[] }> {
  const { caller, family, exports, complete } = of;
  const source = reading.source(family);
  const tally = createTally(source, deps.now() + ADVISORY_DATE_LEEWAY);
  const begun = { id: deps.newId(), family, time: deps.now() };
  const open = await beginAdvisoryImport(deps.store, begun);
  for (const found of exports) {
    const before = tally.records();
    await addAll(deps, open, {
      batches: batches(found, reading),
      read: (advisories) => {
        for (const advisory of advisories) tally.add(advisory, found.exportDate);
        deps.progress(`${family}: ${tally.records()} records`);
      },
    });
    if (tally.records() === before) {
      const message = `${found.path} holds no record; the earlier data of ${family} stand`;
      throw new AssayError('invalid-advisory', message);
    }
    tally.endExport(found, complete);
  }
  const sources = tally.sources().map((source) => ({ ...source, family }));
  const records = tally.records();
  const published = { caller, action: 'import-advisories', open, sources, records };
  await publishAdvisoryImport(deps.store, open, (tx) => publishAdvisories(deps, tx, published));
  return { records, sources };
}

interface Added {
  readonly batches: AsyncIterable<readonly PreparedAdvisory[]>;
  readonly read: (advisories: readonly PreparedAdvisory[]) => void;
}

/** The writer works on a batch while the next one is read. */
async function addAll(deps: Deps, open: AdvisoryImport, { batches, read }: Added): Promise<void> {
  let written = Promise.resolve();
  try {
    for await (const advisories of batches) {
      read(advisories);
      await written;
      written = addAdvisories(deps.store, open, advisories);
      // The error is met below; it may come before anybody waits for it.
      written.catch(() => undefined);
    }
  } catch (error) {
    await written.catch(() => undefined);
    throw error;
  }
  await written;
}

/** The advisories of an export, some at a time. */
async function* batches(
  found: AdvisoryExport,
  reading: FamilyReading,
): AsyncGenerator<readonly PreparedAdvisory[]> {
  let batch: PreparedAdvisory[] = [];
  let read = 0;
  for await (const record of found.records) {
    read += 1;
    // Records at hand never wait for anything: others, and the writer's answers, have their turn.
    if (read % TURN === 0) await setImmediate();
    for (const advisory of readRecord(record, found.path, reading)) {
      batch.push(prepareAdvisory(advisory));
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

/** The advisories of one document; an error names it. */
export function* readRecord(
  record: AdvisoryRecord,
  path: string,
  reading: FamilyReading,
): Generator<Advisory> {
  try {
    yield* reading.read(record);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${record.name} in ${path}: ${why}; nothing of this family was taken`;
    throw new AssayError('invalid-advisory', message, { cause });
  }
}

/** OSV's own records. */
export const OSV_READING: FamilyReading = {
  source: (family) => `OSV export ${family}`,
  read: ({ bytes }) => [parseOsvRecord(parseJson(bytes))],
};

/** The JSON of a document, which must be UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  return JSON.parse(UTF8.decode(bytes));
}

const UTF8 = new TextDecoder('utf-8', { fatal: true });
