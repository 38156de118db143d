/** How the documents of a family become advisories, some at a time, ready to be written. */
import type { Advisory } from '../domain/advisory.ts';
import { AssayError } from '../domain/error.ts';
import {
  type AdvisoryExport,
  type AdvisoryRecord,
  readExportRecords,
} from '../remote/advisory-export.ts';
import { parseOsvRecord } from '../scanner/advisories/parse-osv.ts';
import { type PreparedAdvisory, prepareAdvisory } from '../store/prepared-advisory.ts';

/** Records in one transaction: well below the bound on a write's time. */
const BATCH = 500;

/** How the documents of a family become advisories. */
export interface FamilyReading {
  /** What its data are called where their age is shown. */
  readonly source: (family: string) => string;
  /** The advisories of one document; throws where it is broken. */
  readonly read: (record: AdvisoryRecord) => Iterable<Advisory>;
}

/** The advisories of an export, as many at a time as are written in one transaction. */
export async function* readBatches(
  found: AdvisoryExport,
  reading: FamilyReading,
): AsyncGenerator<readonly PreparedAdvisory[], void, void> {
  let batch: PreparedAdvisory[] = [];
  for await (const record of readExportRecords(found)) {
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
