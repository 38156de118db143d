/**
 * How documents of each form are read that become advisories: a row a form. A thread reads by this
 * table, so it holds nothing else of an import.
 */
import type { AdvisoryExport } from '../remote/advisory-export.ts';
import type { FormName } from '../scanner/advisories/advisory-forms.ts';
import { readAmazonUpdates } from '../scanner/advisories/amazon-updateinfo.ts';
import { readDebianTracker } from '../scanner/advisories/debian-tracker.ts';
import { readOracleOval } from '../scanner/advisories/oracle-oval.ts';
import { readRedHatCsaf } from '../scanner/advisories/redhat-csaf.ts';
import { type FamilyReading, OSV_READING, parseJson } from './family-reading.ts';

/** Documents of one form. */
export type FormExport = AdvisoryExport<FormName>;

/** The forms whose documents become advisories. */
export type AdvisoryForm = Exclude<FormName, 'kev' | 'epss' | 'amazon-rss'>;

/** The readings by form. */
export const FORM_READINGS: Readonly<Record<AdvisoryForm, FamilyReading>> = {
  'debian-tracker': {
    source: () => 'Debian security tracker',
    read: ({ bytes }) => readDebianTracker(bytes),
  },
  'redhat-csaf': {
    source: () => 'Red Hat CSAF VEX',
    read: ({ bytes }) => [readRedHatCsaf(parseJson(bytes))],
  },
  'oracle-oval': {
    source: () => 'Oracle OVAL',
    read: ({ bytes }) => readOracleOval(bytes),
  },
  'amazon-updateinfo': {
    source: (family) => family.replace('amazon-updateinfo', 'Amazon ALAS'),
    read: ({ bytes }) => readAmazonUpdates(bytes),
  },
  osv: OSV_READING,
};

/** Tells whether documents of a form become advisories. */
export function isAdvisoryForm(form: FormName): form is AdvisoryForm {
  return Object.hasOwn(FORM_READINGS, form);
}
