/**
 * Importing vulnerability data: what is there is listed and judged as a whole, then taken family by
 * family, each form by its row of the table of importers.
 */
import { ADVISORY_DATE_LEEWAY } from '../domain/advisory.ts';
import { type Caller, authorise } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import { type Micros, formatTime } from '../domain/time.ts';
import { readAdvisoryExport } from '../remote/read-advisory-export.ts';
import { HEAD_BYTES, recogniseForm } from '../scanner/advisories/advisory-forms.ts';
import type { Deps } from './deps.ts';
import { type ExportReader, openExportReader } from './export-reader.ts';
import type { FormExport } from './form-readings.ts';
import { FORM_IMPORTS, type FormFamily, type ImportedAdvisories } from './import-forms.ts';

/** What is imported, by whom. */
interface AdvisoryImportInput {
  readonly caller: Caller;
  readonly path: string;
  /** As of when its publisher says that it is, where the data themselves do not; not to come. */
  readonly published?: Micros;
  /** Whether it is all that is published of its ecosystems; absent: as its layout tells. */
  readonly complete?: boolean;
}

/**
 * Imports a folder, a zip or a file; one family after another, each visible as a whole when it is
 * done. Exports of one form and name are one family: together they replace its earlier data.
 * Refuses an export dated in the future, for it would never grow old, and one without a record.
 */
export async function importAdvisories(
  deps: Deps,
  input: AdvisoryImportInput,
): Promise<ImportedAdvisories> {
  authorise(input.caller, 'assay.advisories.import', undefined);
  const listed = await listExports(input, deps.now());
  const families = Map.groupBy(listed, ({ form, name }) =>
    JSON.stringify([form, FORM_IMPORTS[form].family(name)]),
  );
  const reader = await openExportReader([...families.values()].flat());
  try {
    return await importFamilies(deps, { ...input, reader }, families.values());
  } finally {
    await reader.end();
  }
}

async function importFamilies(
  deps: Deps,
  input: AdvisoryImportInput & { readonly reader: ExportReader },
  families: Iterable<readonly FormExport[]>,
): Promise<ImportedAdvisories> {
  const { caller, reader } = input;
  let records = 0;
  const sources: ImportedAdvisories['sources'][number][] = [];
  for (const exports of families) {
    const [first] = exports;
    if (first === undefined) continue;
    const { family, take } = FORM_IMPORTS[first.form];
    const of = { ...saidOf(input), caller, family: family(first.name), exports, reader };
    const imported = await take(deps, of);
    records += imported.records;
    sources.push(...imported.sources);
  }
  return { records, sources };
}

function saidOf({ complete }: AdvisoryImportInput): Pick<FormFamily, 'complete'> {
  return complete === undefined ? {} : { complete };
}

/** What is there to import, judged as a whole before anything is taken. */
async function listExports(
  { path, published, complete }: AdvisoryImportInput,
  now: Micros,
): Promise<readonly FormExport[]> {
  const exports: FormExport[] = [];
  const reading = { recognise: recogniseForm, headBytes: HEAD_BYTES };
  for await (const found of readAdvisoryExport(path, reading)) {
    if ((found.exportDate ?? 0) > now + ADVISORY_DATE_LEEWAY) {
      const date = formatTime(found.exportDate ?? 0);
      throw new AssayError(
        'invalid-advisory',
        `the export date ${date} of ${found.path} is in the future; correct export.json; ` +
          'nothing was imported',
      );
    }
    if (complete === true && found.form === 'osv' && /\.json(?:\.\w+)?$/.test(found.path)) {
      const message = `${found.path} is one record, no whole export; leave out --complete`;
      throw new AssayError('invalid-argument', message);
    }
    exports.push(published === undefined ? found : { exportDate: published, ...found });
  }
  return exports;
}
