/**
 * Importing an OSV export: batch by batch behind a generation that one last update makes visible,
 * so that a scan sees the old data or the new, never a mixture. A broken record stops the import.
 */
import type { Advisory, AdvisorySource } from '../domain/advisory.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import {
  type AdvisoryExport,
  type AdvisoryRecord,
  readAdvisoryExport,
} from '../remote/read-advisory-export.ts';
import { parseOsvRecord } from '../scanner/advisories/parse-osv.ts';
import {
  addAdvisories,
  beginAdvisoryImport,
  publishAdvisoryImport,
} from '../store/advisory-rows.ts';
import type { Deps } from './deps.ts';

/** Records in one transaction: well below the bound on a write's time. */
const BATCH = 200;

/** What was imported. */
export interface ImportedAdvisories {
  readonly records: number;
  readonly sources: readonly AdvisorySource[];
}

/** Imports a folder or zip; one export after another, each visible as a whole when it is done. */
export async function importAdvisories(
  deps: Deps,
  input: { readonly caller: Caller; readonly path: string },
): Promise<ImportedAdvisories> {
  authorise(input.caller, 'assay.advisories.import', undefined);
  let records = 0;
  const sources: AdvisorySource[] = [];
  for await (const found of readAdvisoryExport(input.path)) {
    const imported = await importExport(deps, found, records);
    records += imported.records;
    sources.push(...imported.sources);
  }
  return { records, sources };
}

async function importExport(
  deps: Deps,
  found: AdvisoryExport,
  before: number,
): Promise<ImportedAdvisories> {
  const tally = createTally(found);
  const open = await beginAdvisoryImport(deps.store, { id: deps.newId(), time: deps.now() });
  let batch: Advisory[] = [];
  const flush = async (): Promise<void> => {
    await addAdvisories(deps.store, open, { family: found.name, advisories: batch });
    batch = [];
  };
  for await (const record of found.records) {
    const advisory = parseRecord(record, found.path);
    tally.add(advisory);
    batch.push(advisory);
    if (batch.length < BATCH) continue;
    await flush();
    deps.progress(`${found.name}: ${before + tally.records()} records`);
  }
  await flush();
  const sources = tally.sources().map((source) => ({ ...source, family: found.name }));
  await publishAdvisoryImport(deps.store, open, { sources, time: deps.now() });
  return { records: tally.records(), sources };
}

function parseRecord(record: AdvisoryRecord, path: string): Advisory {
  try {
    return parseOsvRecord(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record.bytes)),
    );
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${record.name} in ${path}: ${why}; nothing of this export was taken`;
    throw new AssayError('invalid-advisory', message, { cause });
  }
}

interface Tally {
  readonly add: (advisory: Advisory) => void;
  readonly records: () => number;
  readonly sources: () => readonly AdvisorySource[];
}

/** Counts records per ecosystem; a source's date is the export's own, else its newest change. */
function createTally(found: AdvisoryExport): Tally {
  const ecosystems = new Map<string, { records: number; updated: number }>();
  let records = 0;
  return {
    add: (advisory) => {
      records += 1;
      for (const name of new Set(advisory.affected.map((one) => one.ecosystem))) {
        const known = ecosystems.get(name) ?? { records: 0, updated: 0 };
        const updated = found.exportDate ?? Math.max(known.updated, advisory.modified);
        ecosystems.set(name, { records: known.records + 1, updated });
      }
    },
    records: () => records,
    sources: () =>
      [...ecosystems].map(([ecosystem, of]) => ({
        ecosystem,
        source: `OSV export ${found.name}`,
        ...of,
      })),
  };
}
