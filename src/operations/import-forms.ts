/**
 * How each form of vulnerability data is imported: a row a form. What becomes advisories goes
 * through `importFamily`; other data have importers of their own.
 */
import type { AdvisorySource } from '../domain/advisory.ts';
import type { Caller } from '../domain/caller.ts';
import { AssayError } from '../domain/error.ts';
import type { AdvisoryExport } from '../remote/read-advisory-export.ts';
import type { FormName } from '../scanner/advisories/advisory-forms.ts';
import { readAmazonUpdates } from '../scanner/advisories/amazon-updateinfo.ts';
import { readDebianTracker } from '../scanner/advisories/debian-tracker.ts';
import { readOracleOval } from '../scanner/advisories/oracle-oval.ts';
import { readRedHatCsaf } from '../scanner/advisories/redhat-csaf.ts';
import type { Deps } from './deps.ts';
import { importExploits } from './import-exploits.ts';
import { type FamilyReading, importFamily, OSV_READING, parseJson } from './import-family.ts';

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
  /** Whether they are said to be all that is published; absent: as their layout tells. */
  readonly complete?: boolean;
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
  'debian-tracker': vendor('Debian security tracker', ({ bytes }) => readDebianTracker(bytes)),
  'redhat-csaf': vendor('Red Hat CSAF VEX', ({ bytes }) => [readRedHatCsaf(parseJson(bytes))]),
  'oracle-oval': vendor('Oracle OVAL', ({ bytes }) => readOracleOval(bytes)),
  'amazon-updateinfo': {
    family: (name) => `amazon-updateinfo ${name}`,
    take: advisories({
      source: (family) => family.replace('amazon-updateinfo', 'Amazon ALAS'),
      read: ({ bytes }) => readAmazonUpdates(bytes),
    }),
  },
  'amazon-rss': { family: refuseFeed, take: refuseFeed },
  osv: { family: (name) => name, take: advisories(OSV_READING) },
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
function vendor(title: string, read: FamilyReading['read']): FormImport {
  return { family: () => title, take: advisories({ source: () => title, read }) };
}

function advisories(reading: FamilyReading): FormImport['take'] {
  return (deps, of) => importFamily(deps, of, reading);
}
