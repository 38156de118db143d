/**
 * The forms of vulnerability data that can be imported, told by a file's name and its first bytes.
 * A further form is a row here and one in the table of importers; the first row that recognises a
 * file has it. What is compressed or packed is opened before it is asked.
 */

/** What a form is told by. */
export interface FileHead {
  /** The file's base name, without the ending of its compression. */
  readonly name: string;
  /** The first {@link HEAD_BYTES} of its content at most, as Latin-1. */
  readonly head: string;
}

/** How many first bytes forms are told by. */
export const HEAD_BYTES = 16 * 1024;

/** One form of data. */
export interface AdvisoryForm {
  /** Its name in tables and errors. */
  readonly name: string;
  /** What it is, for people. */
  readonly title: string;
  readonly recognises: (file: FileHead) => boolean;
}

const FORMS = [
  {
    name: 'kev',
    title:
      "CISA's catalog of known exploited vulnerabilities (known_exploited_vulnerabilities.json)",
    recognises: ({ name, head }) =>
      /^known_exploited_vulnerabilities.*\.json$/.test(name) ||
      (head.includes('"catalogVersion"') && head.includes('"knownRansomwareCampaignUse"')),
  },
  {
    name: 'epss',
    title: "FIRST's EPSS scores of one day (epss_scores-DATE.csv)",
    recognises: ({ name, head }) =>
      /^epss_scores.*\.csv$/.test(name) || head.startsWith('#model_version:'),
  },
  {
    name: 'debian-tracker',
    title: 'Debian security tracker (JSON)',
    recognises: ({ head }) =>
      /^\s*\{\s*"[a-z0-9][a-z0-9+.-]*"\s*:\s*\{\s*"(?:CVE|TEMP)-\d/.test(head),
  },
  {
    name: 'redhat-csaf',
    title: 'Red Hat CSAF VEX',
    recognises: ({ head }) =>
      /"category"\s*:\s*"csaf_vex"/.test(head) && /"https:\/\/www\.redhat\.com"/.test(head),
  },
  {
    name: 'oracle-oval',
    title: 'Oracle OVAL (XML)',
    recognises: ({ name, head }) =>
      /<(?:\w+:)?oval_definitions[\s>]/.test(head) && /oracle/i.test(`${name} ${head}`),
  },
  {
    name: 'amazon-updateinfo',
    title: 'Amazon ALAS (updateinfo.xml of a repository)',
    recognises: ({ head }) => /<updates[\s>]/.test(head) && /amazon|ALAS/i.test(head),
  },
  {
    name: 'amazon-rss',
    title: 'Amazon ALAS (feed, which names no versions and is refused)',
    recognises: ({ head }) => /<rss[\s>]/.test(head) && /alas\.aws|Amazon Linux/i.test(head),
  },
  {
    name: 'osv',
    title: 'OSV record (JSON) or export (all.zip)',
    recognises: ({ name }) => name.endsWith('.json') || name === 'all.zip',
  },
] as const satisfies readonly AdvisoryForm[];

/** The names of the forms. */
export type FormName = (typeof FORMS)[number]['name'];

/** All forms; the last ones are the most general. */
export const ADVISORY_FORMS: readonly (AdvisoryForm & { readonly name: FormName })[] = FORMS;

/** The form of a file; undefined where it has none that is known. */
export function recogniseForm(file: FileHead): FormName | undefined {
  return ADVISORY_FORMS.find((form) => form.recognises(file))?.name;
}
