/**
 * Importing a family of advisories: batch by batch behind a generation that one last update makes
 * visible, so that a scan sees the old data or the new, never a mixture. Records that are equal to
 * those of the last import stay as they are and cost no match. A broken record stops the import.
 */
import { ADVISORY_DATE_LEEWAY, type AdvisorySource } from '../domain/advisory.ts';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { AdvisoryExport } from '../remote/advisory-export.ts';
import type { FormName } from '../scanner/advisories/advisory-forms.ts';
import {
  addAdvisories,
  beginAdvisoryImport,
  publishAdvisoryImport,
} from '../store/advisory-import.ts';
import type { AdvisoryImport } from '../store/advisory-import-rows.ts';
import type { PreparedAdvisory } from '../store/prepared-advisory.ts';
import type { Deps } from './deps.ts';
import type { ExportReader } from './export-reader.ts';
import { createTally } from './import-tally.ts';
import { publishAdvisories } from './publish-advisories.ts';

/** What is imported together. */
export interface AdvisoryFamily {
  readonly caller: Caller;
  readonly family: string;
  readonly exports: readonly AdvisoryExport<FormName>[];
  /** Whether they are said to be all that is published; absent: as their layout tells. */
  readonly complete?: boolean;
  readonly reader: ExportReader;
}

/** Imports a family; refuses an export without a record. `source` is what its data are called. */
export async function importFamily(
  deps: Deps,
  of: AdvisoryFamily,
  source: string,
): Promise<{ readonly records: number; readonly sources: readonly AdvisorySource[] }> {
  const { caller, family, exports, complete } = of;
  const tally = createTally(source, deps.now() + ADVISORY_DATE_LEEWAY);
  const begun = { id: deps.newId(), family, time: deps.now() };
  const open = await beginAdvisoryImport(deps.store, begun);
  for (const found of exports) {
    const before = tally.records();
    await addAll(deps, open, {
      batches: of.reader.read(found),
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
