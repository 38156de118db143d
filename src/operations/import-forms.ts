/**
 * How each form of vulnerability data is imported: a row a form. What becomes advisories goes
 * through `importFamily`; other data have importers of their own.
 */
import type { AdvisorySource } from '../domain/advisory.ts';
import type { Caller } from '../domain/caller.ts';
import type { AdvisoryExport } from '../remote/read-advisory-export.ts';
import type { FormName } from '../scanner/advisories/advisory-forms.ts';
import type { Deps } from './deps.ts';
import { importExploits } from './import-exploits.ts';
import { type FamilyReading, importFamily, OSV_READING } from './import-family.ts';

/** What was imported. */
export interface ImportedAdvisories {
  readonly records: number;
  readonly sources: readonly AdvisorySource[];
}

/** Documents of one form. */
export type FormExport = AdvisoryExport<FormName>;

/** Documents of one form that together replace the earlier data of their family. */
export interface FormFamily {
  readonly caller: Caller;
  readonly family: string;
  readonly exports: readonly FormExport[];
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
  osv: { family: (name) => name, take: advisories(OSV_READING) },
};

function advisories(reading: FamilyReading): FormImport['take'] {
  return (deps, of) => importFamily(deps, of, reading);
}
