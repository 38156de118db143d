/**
 * How each form of vulnerability data is imported: a row a form. What becomes advisories goes
 * through `importFamily`; other data have importers of their own.
 */
import type { AdvisorySource } from '../domain/advisory.ts';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { FormName } from '../scanner/advisories/advisory-forms.ts';
import type { Deps } from './deps.ts';
import type { ExportReader } from './export-reader.ts';
import { type AdvisoryForm, FORM_READINGS, type FormExport } from './form-readings.ts';
import { importExploits } from './import-exploits.ts';
import { importFamily } from './import-family.ts';

/** What was imported. */
export interface ImportedAdvisories {
  readonly records: number;
  readonly sources: readonly AdvisorySource[];
}

/** Documents of one form that together replace the earlier data of their family. */
export interface FormFamily {
  readonly caller: Caller;
  readonly family: string;
  readonly exports: readonly FormExport[];
  /** Whether they are said to be all that is published; absent: as their layout tells. */
  readonly complete?: boolean;
  readonly reader: ExportReader;
}

/** How a form is imported. */
export interface FormImport {
  /** The family that exports of that name belong to. */
  readonly family: (name: string) => string;
  readonly take: (deps: Deps, of: FormFamily) => Promise<ImportedAdvisories>;
}

/** The importers by form. */
export const FORM_IMPORTS: Readonly<Record<FormName, FormImport>> = {
  kev: { family: () => 'KEV', take: (deps, of) => importExploits(deps, 'kev', of) },
  epss: { family: () => 'EPSS', take: (deps, of) => importExploits(deps, 'epss', of) },
  'debian-tracker': vendor('debian-tracker'),
  'redhat-csaf': vendor('redhat-csaf'),
  'oracle-oval': vendor('oracle-oval'),
  'amazon-updateinfo': {
    family: (name) => `amazon-updateinfo ${name}`,
    take: advisories('amazon-updateinfo'),
  },
  'amazon-rss': { family: refuseFeed, take: refuseFeed },
  osv: { family: (name) => name, take: advisories('osv') },
};

/** What has no versions could only ever say that nothing is affected. */
function refuseFeed(): never {
  throw new AssayError(
    'invalid-advisory',
    "Amazon's feed (alas.rss) names no versions; import repodata/*updateinfo.xml.gz of each " +
      'repository instead; nothing was imported',
  );
}

/** A vendor's own data: all documents of the form are one family. */
function vendor(form: AdvisoryForm): FormImport {
  return { family: FORM_READINGS[form].source, take: advisories(form) };
}

function advisories(form: AdvisoryForm): FormImport['take'] {
  return (deps, of) => importFamily(deps, of, FORM_READINGS[form].source(of.family));
}
