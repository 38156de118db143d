/**
 * Importing an OSV export: batch by batch behind a generation that one last update makes visible,
 * so that a scan sees the old data or the new, never a mixture. A broken record stops the import.
 */
import { ADVISORY_DATE_LEEWAY, type Advisory, type AdvisorySource } from '../domain/advisory.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { type Micros, formatTime } from '../domain/time.ts';
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
import { audit } from './audit.ts';
import type { Deps } from './deps.ts';
import { type NewEvent, emit, emitMatchesChanged } from './emit.ts';

/** Records in one transaction: well below the bound on a write's time. */
const BATCH = 200;
/** Ecosystems that the event of an import names. */
const MAX_ECOSYSTEMS = 100;

/** What was imported. */
export interface ImportedAdvisories {
  readonly records: number;
  readonly sources: readonly AdvisorySource[];
}

/**
 * Imports a folder or zip; one family after another, each visible as a whole when it is done.
 * Exports of one name are one family: together they replace its earlier data. Refuses an export
 * dated in the future, for it would never grow old, and one without a record.
 */
export async function importAdvisories(
  deps: Deps,
  input: { readonly caller: Caller; readonly path: string },
): Promise<ImportedAdvisories> {
  authorise(input.caller, 'assay.advisories.import', undefined);
  const families = Map.groupBy(await listExports(input.path, deps.now()), (one) => one.name);
  let records = 0;
  const sources: AdvisorySource[] = [];
  for (const [family, exports] of families) {
    const imported = await importFamily(deps, input.caller, { family, exports });
    records += imported.records;
    sources.push(...imported.sources);
  }
  return { records, sources };
}

/** What is there to import, judged as a whole before anything is taken. */
async function listExports(path: string, now: Micros): Promise<readonly AdvisoryExport[]> {
  const exports: AdvisoryExport[] = [];
  for await (const found of readAdvisoryExport(path)) {
    if ((found.exportDate ?? 0) > now + ADVISORY_DATE_LEEWAY) {
      const date = formatTime(found.exportDate ?? 0);
      throw new AssayError(
        'invalid-advisory',
        `the export date ${date} of ${found.path} is in the future; correct export.json; ` +
          'nothing was imported',
      );
    }
    exports.push(found);
  }
  return exports;
}

interface Family {
  readonly family: string;
  readonly exports: readonly AdvisoryExport[];
}

async function importFamily(
  deps: Deps,
  caller: Caller,
  { family, exports }: Family,
): Promise<ImportedAdvisories> {
  const tally = createTally(family, deps.now() + ADVISORY_DATE_LEEWAY);
  const open = await beginAdvisoryImport(deps.store, { id: deps.newId(), time: deps.now() });
  for (const found of exports) {
    const before = tally.records();
    for await (const advisories of batches(found)) {
      for (const advisory of advisories) tally.add(advisory, found.exportDate);
      await addAdvisories(deps.store, open, { family, advisories });
      deps.progress(`${family}: ${tally.records()} records`);
    }
    if (tally.records() > before) continue;
    const message = `${found.path} holds no record; the earlier data of ${family} stand`;
    throw new AssayError('invalid-advisory', message);
  }
  const sources = tally.sources().map((source) => ({ ...source, family }));
  const change = { caller, action: 'import-advisories', resource: `advisories/${family}` };
  await publishAdvisoryImport(deps.store, open, {
    sources,
    time: deps.now(),
    alongside: async (tx) => {
      await audit(deps, tx, change);
      await emit(deps, tx, [publishedEvent(family, tally.records(), sources)]);
      await emitMatchesChanged(deps, tx);
    },
  });
  return { records: tally.records(), sources };
}

function publishedEvent(
  family: string,
  records: number,
  sources: readonly AdvisorySource[],
): NewEvent {
  const ecosystems = sources.map(({ ecosystem }) => ecosystem).slice(0, MAX_ECOSYSTEMS);
  const subject = `advisories/${family}`;
  const data = { schemaVersion: 1, name: subject, records, ecosystems };
  return { type: 'assay.advisories.published', subject, data };
}

/** The advisories of an export, some at a time. */
async function* batches(found: AdvisoryExport): AsyncGenerator<readonly Advisory[]> {
  let batch: Advisory[] = [];
  for await (const record of found.records) {
    batch.push(parseRecord(record, found.path));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function parseRecord(record: AdvisoryRecord, path: string): Advisory {
  try {
    return parseOsvRecord(
      JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(record.bytes)),
    );
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const message = `${record.name} in ${path}: ${why}; nothing of this family was taken`;
    throw new AssayError('invalid-advisory', message, { cause });
  }
}

interface Tally {
  readonly add: (advisory: Advisory, exportDate: Micros | undefined) => void;
  readonly records: () => number;
  readonly sources: () => readonly AdvisorySource[];
}

/**
 * Counts records per ecosystem; a source's date is the export's own, else its newest change that
 * is not later than `latest`; 0 where there is none.
 */
function createTally(family: string, latest: Micros): Tally {
  const ecosystems = new Map<string, { records: number; updated: number }>();
  let records = 0;
  return {
    add: (advisory, exportDate) => {
      records += 1;
      for (const name of new Set(advisory.affected.map((one) => one.ecosystem))) {
        const known = ecosystems.get(name) ?? { records: 0, updated: 0 };
        const change = advisory.modified > latest ? 0 : advisory.modified;
        const updated = Math.max(known.updated, exportDate ?? change);
        ecosystems.set(name, { records: known.records + 1, updated });
      }
    },
    records: () => records,
    sources: () =>
      [...ecosystems].map(([ecosystem, of]) => ({
        ecosystem,
        source: `OSV export ${family}`,
        ...of,
      })),
  };
}
