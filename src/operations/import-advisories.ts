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

/** Records in one transaction: well below the bound on a write's time. */
const BATCH = 200;

/** What was imported. */
export interface ImportedAdvisories {
  readonly records: number;
  readonly sources: readonly AdvisorySource[];
}

/**
 * Imports a folder or zip; one export after another, each visible as a whole when it is done.
 * Refuses two exports of one name, for the second would replace the first; an export dated in
 * the future, for it would never grow old; and one without a record.
 */
export async function importAdvisories(
  deps: Deps,
  input: { readonly caller: Caller; readonly path: string },
): Promise<ImportedAdvisories> {
  authorise(input.caller, 'assay.advisories.import', undefined);
  let records = 0;
  const sources: AdvisorySource[] = [];
  for (const found of await listExports(input.path, deps.now())) {
    const imported = await importExport(deps, { caller: input.caller, found, before: records });
    records += imported.records;
    sources.push(...imported.sources);
  }
  return { records, sources };
}

/** What is there to import, judged as a whole before anything is taken. */
async function listExports(path: string, now: Micros): Promise<readonly AdvisoryExport[]> {
  const exports = new Map<string, AdvisoryExport>();
  for await (const found of readAdvisoryExport(path)) {
    const same = exports.get(found.name);
    if (same !== undefined) refuse(`${same.path} and ${found.path} are both of ${found.name}`);
    if ((found.exportDate ?? 0) > now + ADVISORY_DATE_LEEWAY) {
      const date = formatTime(found.exportDate ?? 0);
      refuse(`the export date ${date} of ${found.path} is in the future; correct export.json`);
    }
    exports.set(found.name, found);
  }
  return [...exports.values()];
}

function refuse(why: string): never {
  throw new AssayError('invalid-advisory', `${why}; nothing was imported`);
}

interface OneExport {
  readonly caller: Caller;
  readonly found: AdvisoryExport;
  /** Records of the exports before it. */
  readonly before: number;
}

async function importExport(
  deps: Deps,
  { caller, found, before }: OneExport,
): Promise<ImportedAdvisories> {
  const tally = createTally(found, deps.now() + ADVISORY_DATE_LEEWAY);
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
  if (tally.records() === 0) {
    const message = `${found.path} holds no record; the earlier data of ${found.name} stand`;
    throw new AssayError('invalid-advisory', message);
  }
  const sources = tally.sources().map((source) => ({ ...source, family: found.name }));
  const change = { caller, action: 'import-advisories', resource: `advisories/${found.name}` };
  await publishAdvisoryImport(deps.store, open, {
    sources,
    time: deps.now(),
    alongside: (tx) => audit(deps, tx, change),
  });
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

/**
 * Counts records per ecosystem; a source's date is the export's own, else its newest change that
 * is not later than `latest`; 0 where there is none.
 */
function createTally(found: AdvisoryExport, latest: Micros): Tally {
  const ecosystems = new Map<string, { records: number; updated: number }>();
  let records = 0;
  return {
    add: (advisory) => {
      records += 1;
      for (const name of new Set(advisory.affected.map((one) => one.ecosystem))) {
        const known = ecosystems.get(name) ?? { records: 0, updated: 0 };
        const change = advisory.modified > latest ? 0 : advisory.modified;
        const updated = found.exportDate ?? Math.max(known.updated, change);
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
